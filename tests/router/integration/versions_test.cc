#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "router/revisions/revision_json.h"
#include "tests/router/integration/router_fixture.h"

namespace serin::router {
namespace {

using ::testing::HasSubstr;

// The versions of a running router change.
class VersionsTest : public RouterTest {
 protected:
  void SetUp() override { StartRouter(); }

  grpc::Status Add(const std::string& version, const std::string& endpoint, bool replace = false) {
    v1::AddVersionRequest request;
    request.set_version(version);
    request.mutable_definition()->add_endpoints(endpoint);
    request.set_replace(replace);
    grpc::ClientContext context;
    return admin_->AddVersion(&context, request, &response_);
  }
  grpc::Status Remove(const std::string& version) {
    v1::RemoveVersionRequest request;
    request.set_version(version);
    grpc::ClientContext context;
    return admin_->RemoveVersion(&context, request, &response_);
  }
  grpc::Status SetState(const std::string& version, v1::VersionState state) {
    v1::SetVersionStateRequest request;
    request.set_version(version);
    request.set_state(state);
    grpc::ClientContext context;
    return admin_->SetVersionState(&context, request, &response_);
  }

  testing::FakePredictor v3_{0.3};
  v1::SetWeightsResponse response_;
};

TEST_F(VersionsTest, AVersionIsAddedServesAndIsRemovedUnderLoadWithoutAnError) {
  std::atomic<bool> stop{false};
  std::atomic<int> failed{0};
  std::atomic<int> answered{0};
  std::thread load([&] {
    while (!stop) (Predict(Text("text")).status.ok() ? answered : failed)++;
  });
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(Add("v3", v3_.address()).ok());
    ASSERT_TRUE(WaitFor([this] { return ReadyEndpoints() == 3; }));
    const Answer pinned = Predict(Text("text", "", "v3"));
    ASSERT_TRUE(pinned.status.ok()) << pinned.status.error_message();
    EXPECT_EQ(pinned.response.sentiment().compound(), 0.3);
    v1::SetWeightsRequest weights;
    (*weights.mutable_weights())["v3"] = 1;
    grpc::ClientContext context;
    ASSERT_TRUE(admin_->SetWeights(&context, weights, &response_).ok());
    EXPECT_EQ(Predict(Text("text")).response.model_version(), "v3");
    EXPECT_EQ(Remove("v3").error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    ASSERT_TRUE(SetWeights(80, 20, &response_).ok());
    ASSERT_TRUE(Remove("v3").ok());
    EXPECT_EQ(Predict(Text("text", "", "v3")).status.error_code(), grpc::StatusCode::NOT_FOUND);
  }
  stop = true;
  load.join();
  EXPECT_EQ(failed, 0);
  EXPECT_GT(answered, 0);
}

TEST_F(VersionsTest, ADrainedVersionRefusesThoseThatNameIt) {
  ASSERT_TRUE(SetWeights(1, 0, &response_).ok());
  ASSERT_TRUE(SetState("v2", v1::DRAINED).ok());
  EXPECT_EQ(response_.route().versions(1).state(), v1::DRAINED);
  const Answer pinned = Predict(Text("text", "", "v2"));
  EXPECT_EQ(pinned.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(pinned.status.error_message(), HasSubstr("version v2 of model sentiment is DRAINED"));
  ASSERT_TRUE(SetState("v2", v1::ACTIVE).ok());
  EXPECT_TRUE(Predict(Text("text", "", "v2")).status.ok());
  EXPECT_EQ(SetState("v2", v1::VERSION_STATE_UNSPECIFIED).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(VersionsTest, EndpointsOfAVersionAreReplacedAndItsCountsGoOn) {
  ASSERT_TRUE(Predict(Text("text", "", "v2")).status.ok());
  ASSERT_TRUE(Add("v2", v3_.address(), true).ok());
  ASSERT_TRUE(WaitFor([this] { return ReadyEndpoints() == 2; }));
  EXPECT_EQ(Predict(Text("text", "", "v2")).response.sentiment().compound(), 0.3);
  EXPECT_EQ(GetRoute().versions(1).traffic().requests(), 2u);
  EXPECT_EQ(GetRoute().versions(1).definition().endpoints(0), v3_.address());
}

TEST_F(VersionsTest, ARestartKeepsVersionsAndHistorySaysWhatWasDone) {
  ASSERT_TRUE(Add("v3", v3_.address()).ok());
  StartRouter();
  ASSERT_TRUE(WaitFor([this] { return ReadyEndpoints() == 3; }));
  EXPECT_EQ(Predict(Text("text", "", "v3")).response.sentiment().compound(), 0.3);
  v1::ListRevisionsResponse history;
  grpc::ClientContext context;
  ASSERT_TRUE(admin_->ListRevisions(&context, v1::ListRevisionsRequest(), &history).ok());
  EXPECT_EQ(history.revisions(0).change(), "version v3 added: " + v3_.address());
}

TEST(RevisionJsonTest, VersionsComeBackAsTheyWereWritten) {
  Revision revision{.route = "sentiment", .number = 2, .slots = "v1:0-9999"};
  revision.versions = {{.name = "v1", .spec = std::nullopt},
                       {.name = "v3",
                        .state = VersionState::kDrained,
                        .spec = VersionSpec{.endpoints = {"c:1", "dns:///d:2"}}},
                       {.name = "v2", .state = VersionState::kRemoved, .spec = std::nullopt}};
  revision.change = "version v2 removed";
  const auto read = RevisionFromJson(RevisionToJson(revision));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->versions, revision.versions);
  EXPECT_EQ(read->change, revision.change);
}

TEST(RevisionJsonTest, AnEndpointThatIsNoneMakesTheRecordForeign) {
  EXPECT_FALSE(RevisionFromJson(R"({"route":"r","revision":2,"weights":{},"slots":"v1:0-9999",
      "created_at":"2026-01-02T03:04:05Z","actor":"a","reason":"","source":"runtime",
      "versions":[{"name":"v1","endpoints":["nowhere"]}]})")
                   .ok());
}

}  // namespace
}  // namespace serin::router
