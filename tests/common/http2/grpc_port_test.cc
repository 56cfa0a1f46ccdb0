#include "common/http2/grpc_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "tests/common/http2/raw_client.h"
#include "tests/common/http2/raw_connection.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace serin::http2 {
namespace {

using ::serin::http2::testing::Framed;
using ::serin::http2::testing::RawClient;
using ::serin::http2::testing::RawConnection;
using ::serin::testing::FakeClock;

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Answers every message with kLarge bytes, and ends as its client does.
class LargeAnswer final : public CallHandler {
 public:
  static constexpr size_t kLarge = 32 << 20;

  explicit LargeAnswer(ServerCall& call) : call_(call) {}
  void OnMessage(std::string) override { call_.SendMessage(std::string(kLarge, 'x')); }
  void OnHalfClosed() override {
    call_.Finish(absl::OkStatus());
    delete this;
  }
  void OnCancelled() override { delete this; }

 private:
  ServerCall& call_;
};

class GrpcPortTest : public ::testing::Test {
 protected:
  void Start(GrpcPort::Options options) {
    options.listen = "127.0.0.1:0";
    options.accept = [](ServerCall& call) { return new LargeAnswer(call); };
    auto started = GrpcPort::Start(loops_, clock_, counts_, std::move(options));
    ASSERT_THAT(started, ::serin::testing::IsOk());
    port_ = *std::move(started);
  }

  // A client that has its answer to a ping.
  struct Client {
    explicit Client(int port, int window = 65'535, int receive_buffer = 0)
        : connection(port, receive_buffer), raw(window) {}
    bool Ping() {
      raw.Ping();
      const int wanted = ++pings;
      return connection.Talk(raw, [&] { return raw.pongs() == wanted; });
    }
    RawConnection connection;
    RawClient raw;
    int pings = 0;
  };

  // Real time is only that of the loop's ticks.
  template <typename Condition>
  bool AdvanceUntil(const Condition& condition, absl::Duration step) {
    for (int i = 0; i < 2000 && !condition(); ++i) {
      clock_.Advance(step);
      absl::SleepFor(absl::Milliseconds(10));
    }
    return condition();
  }

  FakeClock clock_;
  ConnectionCounts counts_;
  EventLoops loops_{2};
  std::unique_ptr<GrpcPort> port_;
};

TEST_F(GrpcPortTest, BeyondTheMostAConnectionIsClosedAtOnceAndTheOthersGoOn) {
  Start({.max_connections = 2});
  Client first(port_->port());
  auto second = std::make_unique<Client>(port_->port());
  ASSERT_TRUE(first.Ping());
  ASSERT_TRUE(second->Ping());
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(RawConnection(port_->port()).WaitForClose());
    EXPECT_EQ(counts_.over_limit, static_cast<uint64_t>(i));
  }
  EXPECT_TRUE(first.Ping());
  EXPECT_EQ(counts_.open, 2);
  second.reset();
  while (counts_.open == 2) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_TRUE(Client(port_->port()).Ping());
}

TEST_F(GrpcPortTest, WithoutALimitOfItsOwnItLeavesAQuarterOfTheDescriptors) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  Start({});
  setrlimit(RLIMIT_NOFILE, &before);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 48; ++i) {
    clients.push_back(std::make_unique<Client>(port_->port()));
    ASSERT_TRUE(clients.back()->Ping());
  }
  EXPECT_TRUE(RawConnection(port_->port()).WaitForClose());
}

TEST_F(GrpcPortTest, WhoNeverBeginsToSpeakIsCutOffAndWhoHasBegunIsNot) {
  Start({});
  Client idle(port_->port());
  ASSERT_TRUE(idle.Ping());
  RawConnection silent(port_->port());
  RawConnection half(port_->port());
  ASSERT_TRUE(half.Send(kPreface.substr(0, 20)));
  RawConnection no_settings(port_->port());
  ASSERT_TRUE(no_settings.Send(kPreface));
  ASSERT_TRUE(AdvanceUntil([&] { return counts_.silent == 3; }, absl::Seconds(5)));
  for (RawConnection* const one : {&silent, &half, &no_settings}) {
    EXPECT_TRUE(one->WaitForClose());
  }
  EXPECT_TRUE(idle.Ping());
}

TEST_F(GrpcPortTest, ATlsHandshakeThatDoesNotEndIsCutOff) {
  const ::serin::testing::TempDir folder;
  const auto files = ::serin::testing::MakeCertificates(folder.path(), "one");
  Start({.tls = {.certificate = files.certificate, .private_key = files.private_key}});
  RawConnection half(port_->port());
  ASSERT_TRUE(half.Send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)));
  ASSERT_TRUE(AdvanceUntil([&] { return counts_.silent == 1; }, absl::Seconds(5)));
  EXPECT_TRUE(half.WaitForClose());
}

TEST_F(GrpcPortTest, WhoTakesNothingOfItsAnswerIsCutOff) {
  Start({});
  Client reader(port_->port());
  Client stalled(port_->port(), /*window=*/1 << 30, /*receive_buffer=*/4096);
  ASSERT_TRUE(reader.Ping());
  ASSERT_TRUE(stalled.Ping());
  stalled.raw.Send(RawClient::CallHeaders("/x"), Framed("m"), false);
  ASSERT_TRUE(stalled.connection.Send(stalled.raw.TakeOutput()));
  ASSERT_TRUE(AdvanceUntil([&] { return counts_.stalled == 1; }, absl::Seconds(10)));
  EXPECT_TRUE(reader.Ping());
}

TEST_F(GrpcPortTest, WhoReadsSlowlyButReadsIsNotCutOff) {
  Start({});
  Client slow(port_->port(), /*window=*/1 << 30, /*receive_buffer=*/4096);
  const int stream = slow.raw.Send(RawClient::CallHeaders("/x"), Framed("m"));
  EXPECT_TRUE(slow.connection.Talk(slow.raw, [&] {
    clock_.Advance(absl::Milliseconds(100));
    return slow.raw.answer(stream).closed;
  }));
  EXPECT_GT(slow.raw.answer(stream).body.size(), LargeAnswer::kLarge);
  EXPECT_EQ(counts_.stalled, 0u);
}

TEST_F(GrpcPortTest, AFloodIsCountedAndOthersGoOn) {
  Start({});
  Client good(port_->port());
  ASSERT_TRUE(good.Ping());
  Client bad(port_->port());
  while (!bad.connection.closed()) {
    for (int i = 0; i < 100; ++i) bad.raw.Ping();
    if (!bad.connection.Send(bad.raw.TakeOutput())) break;
    bad.connection.Read(absl::ZeroDuration());
  }
  ASSERT_TRUE(AdvanceUntil([&] { return counts_.flooded == 1; }, absl::ZeroDuration()));
  EXPECT_TRUE(good.Ping());
}

TEST_F(GrpcPortTest, AConnectionOfItsAgeIsAskedToEndAndCutOffAfterTheGrace) {
  Start({.max_connection_age = absl::Minutes(30), .max_connection_age_grace = absl::Minutes(1)});
  Client young(port_->port());
  Client obedient(port_->port());
  Client deaf(port_->port());
  ASSERT_TRUE(obedient.Ping());
  ASSERT_TRUE(deaf.Ping());
  const int call = deaf.raw.Send(RawClient::CallHeaders("/x"), "", false);
  ASSERT_TRUE(deaf.Ping());
  clock_.Advance(absl::Minutes(26));
  ASSERT_TRUE(young.Ping());
  clock_.Advance(absl::Minutes(8));
  EXPECT_TRUE(obedient.connection.Talk(obedient.raw, [&] { return obedient.raw.goaway(); }));
  EXPECT_TRUE(obedient.connection.WaitForClose()) << "it has no call, and nothing to wait for";
  EXPECT_TRUE(deaf.connection.Talk(deaf.raw, [&] { return deaf.raw.goaway(); }));
  EXPECT_EQ(deaf.raw.goaway_error(), 0u);
  EXPECT_FALSE(deaf.raw.answer(call).closed) << "its call goes on";
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(deaf.connection.WaitForClose());
}

}  // namespace
}  // namespace serin::http2
