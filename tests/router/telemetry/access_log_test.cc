#include "router/telemetry/access_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "tests/router/dispatch/request_router_fixture.h"

namespace serin::router {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Keeps the lines as JSON.
class FakeSink final : public LineSink {
 public:
  void Write(std::string_view line) override {
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    lines.push_back(nlohmann::json::parse(line));
  }

  std::vector<nlohmann::json> lines;
};

// See RequestRouterTest for the endpoints: a, b of v1, c, d of v2.
class AccessLogTest : public RequestRouterTest {
 protected:
  TestCall& Ask(RequestRouter& router, size_t items, std::string_view version = "") {
    TestCall& call = calls_.emplace_back(items);
    for (RoutedItem& item : call.items) item.model_version = version;
    router.Start(call);
    return call;
  }

  FakeSink sink_;
  AccessLog all_{sink_, 1};
  AccessLog remarkable_{sink_, 0};
  RequestRouter logs_all_{routes_, clock_, 100, &all_};
  RequestRouter logs_remarkable_{routes_, clock_, 100, &remarkable_};
};

TEST_F(AccessLogTest, ACallOfOneItemIsALineThatSaysWhoAnsweredAndWhy) {
  upstreams_[0]->hold = upstreams_[1]->hold = true;
  TestCall& call = calls_.emplace_back(1);
  call.items[0].model_version = "v1";
  call.items[0].request_id = "say \"r1\"";
  call.items[0].traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  logs_all_.Start(call);
  EXPECT_THAT(sink_.lines, IsEmpty()) << "the call is not over";
  clock_.Advance(absl::Microseconds(1500));
  upstreams_[0]->Release();
  upstreams_[1]->Release();
  ASSERT_EQ(sink_.lines.size(), 1u);
  const nlohmann::json& line = sink_.lines[0];
  EXPECT_EQ(line["time"], absl::FormatTime(call.started(), absl::UTCTimeZone()));
  EXPECT_EQ(line["code"], "OK");
  EXPECT_FALSE(line.contains("message"));
  EXPECT_EQ(line["route"], "sentiment");
  EXPECT_EQ(line["assigned"], "v1");
  EXPECT_EQ(line["answered"], "v1");
  EXPECT_EQ(line["revision"], 1);
  EXPECT_EQ(line["assignment"], "PINNED");
  EXPECT_EQ(line["endpoint"], call.items[0].endpoint()->address());
  EXPECT_EQ(line["items"], 1);
  EXPECT_EQ(line["duration_us"], 1500.0);
  EXPECT_EQ(line["request_id"], "say \"r1\"");
  EXPECT_EQ(line["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_THAT(line["flags"], ElementsAre("pinned"));
}

TEST_F(AccessLogTest, ABatchHasALineForEachWayItsItemsWent) {
  upstreams_[1]->is_ready = upstreams_[3]->is_ready = false;
  Ask(logs_all_, 100);
  ASSERT_EQ(sink_.lines.size(), 2u);
  std::set<std::string> endpoints;
  for (const nlohmann::json& line : sink_.lines) {
    EXPECT_EQ(line["items"], 50);
    EXPECT_EQ(line["assigned"], line["answered"]);
    EXPECT_EQ(line["assignment"], "BLOCK");
    EXPECT_THAT(line["flags"], IsEmpty());
    endpoints.insert(line["endpoint"]);
  }
  EXPECT_THAT(endpoints, ElementsAre("a", "c"));
}

TEST_F(AccessLogTest, ARetryOnAnotherEndpointIsFlaggedAndNamesTheOneThatAnswered) {
  upstreams_[2]->error = absl::UnavailableError("gone");
  while (upstreams_[2]->received == 0) Ask(logs_remarkable_, 1, "v2");
  ASSERT_EQ(sink_.lines.size(), 1u) << "only the one that was retried";
  EXPECT_THAT(sink_.lines[0]["flags"], ElementsAre("retry", "pinned"));
  EXPECT_EQ(sink_.lines[0]["code"], "OK");
  EXPECT_EQ(sink_.lines[0]["endpoint"], "d");
}

TEST_F(AccessLogTest, AFallbackNamesBothVersions) {
  upstreams_[2]->error = upstreams_[3]->error = absl::UnavailableError("gone");
  while (sink_.lines.empty()) Ask(logs_remarkable_, 1);
  ASSERT_EQ(sink_.lines.size(), 1u);
  const nlohmann::json& line = sink_.lines[0];
  EXPECT_EQ(line["assigned"], "v2");
  EXPECT_EQ(line["answered"], "v1");
  EXPECT_EQ(line["assignment"], "FALLBACK");
  EXPECT_THAT(line["flags"], ElementsAre("retry", "fallback"));
}

TEST_F(AccessLogTest, ASpillIsFlagged) {
  upstreams_[2]->is_ready = upstreams_[3]->is_ready = false;
  while (sink_.lines.empty()) Ask(logs_remarkable_, 1);
  ASSERT_EQ(sink_.lines.size(), 1u);
  EXPECT_THAT(sink_.lines[0]["flags"], ElementsAre("spill"));
  EXPECT_EQ(sink_.lines[0]["assigned"], "v2");
  EXPECT_EQ(sink_.lines[0]["answered"], "v1");
}

TEST_F(AccessLogTest, OneRemarkableItemHasTheWholeBatchLogged) {
  TestCall& call = calls_.emplace_back(100);
  const std::string text(101, 'x');
  call.items[99].text = text;
  logs_remarkable_.Start(call);
  size_t items = 0;
  size_t failed = 0;
  for (const nlohmann::json& line : sink_.lines) {
    items += line["items"].get<size_t>();
    if (line["code"] == "INVALID_ARGUMENT") failed += line["items"].get<size_t>();
  }
  EXPECT_EQ(items, 100u);
  EXPECT_EQ(failed, 1u);
}

TEST_F(AccessLogTest, ErrorsAreFlaggedByTheirReasonAndHaveTheirMessage) {
  const std::pair<absl::Status, const char*> cases[] = {
      {absl::DeadlineExceededError("late"), "timeout"},
      {absl::ResourceExhaustedError("too much"), "overload"},
      {absl::CancelledError("not wanted"), "cancelled"}};
  for (const auto& [error, flag] : cases) {
    sink_.lines.clear();
    upstreams_[0]->error = upstreams_[1]->error = error;
    Ask(logs_remarkable_, 1, "v1");
    ASSERT_EQ(sink_.lines.size(), 1u);
    EXPECT_THAT(sink_.lines[0]["flags"], ElementsAre("pinned", flag));
    EXPECT_EQ(sink_.lines[0]["code"], absl::StatusCodeToString(error.code()));
    EXPECT_EQ(sink_.lines[0]["message"], std::string(error.message()));
  }
}

TEST_F(AccessLogTest, ACallWhoseModelIsUnknownHasNoRoute) {
  TestCall& call = calls_.emplace_back(1);
  call.items[0].model = "spam";
  logs_remarkable_.Start(call);
  ASSERT_EQ(sink_.lines.size(), 1u);
  EXPECT_EQ(sink_.lines[0]["code"], "NOT_FOUND");
  EXPECT_FALSE(sink_.lines[0].contains("route"));
  EXPECT_FALSE(sink_.lines[0].contains("endpoint"));
}

TEST_F(AccessLogTest, OfCallsThatWentWellTheShareThatIsAskedForIsLogged) {
  AccessLog tenth(sink_, 0.1);
  RequestRouter router(routes_, clock_, 100, &tenth);
  TestCall call(1);
  router.Start(call);
  sink_.lines.clear();
  for (int i = 0; i < 20000; ++i) tenth.OnDone(call);
  EXPECT_NEAR(static_cast<double>(sink_.lines.size()), 2000, 255) << "six standard deviations";
  sink_.lines.clear();
  for (int i = 0; i < 100; ++i) Ask(logs_remarkable_, 1, "v1");
  EXPECT_THAT(sink_.lines, IsEmpty()) << "to be pinned is nothing remarkable";
}

}  // namespace
}  // namespace serin::router
