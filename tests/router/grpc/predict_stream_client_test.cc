#include "router/grpc/predict_stream_client.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <atomic>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/net/socket_connection.h"
#include "common/net/tcp_listener.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_predictor.h"

namespace serin::router {
namespace {

using ::serin::testing::FakeClock;
using ::serin::testing::FakePredictor;

// Takes connections and says nothing.
class SilentServer {
 public:
  SilentServer() {
    auto started = TcpListener::Start(
        loop_, clock_, {.listen = "127.0.0.1:0", .accept = [this](int fd) { Adopt(fd); }});
    EXPECT_TRUE(started.ok());
    listener_ = *std::move(started);
  }

  std::string address() const { return absl::StrCat("127.0.0.1:", listener_->port()); }
  int open() const { return open_; }
  int taken() const { return taken_; }

 private:
  class Mute final : public ByteSession {
   public:
    bool Receive(std::string_view) override { return true; }
    void Produce(std::string&, size_t) override {}
    bool done() const override { return false; }
    void OnClosed(const absl::Status&) override {}
  };

  void Adopt(int fd) {
    ++taken_;
    ++open_;
    auto* const connection = new SocketConnection(loop_, fd, SocketConnection::Reads::kAlways,
                                                  [this](SocketConnection&) { --open_; });
    connection->Start(std::make_unique<Mute>());
  }

  FakeClock clock_;
  std::atomic<int> open_{0};
  std::atomic<int> taken_{0};
  EventLoop loop_;
  std::unique_ptr<TcpListener> listener_;
};

class PredictStreamClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<PredictStreamClient> Connect(const std::string& address) {
    return std::make_unique<PredictStreamClient>(loop_, address, nullptr, clock_, items_,
                                                 Coalescer::Limits());
  }

  static void Open(PredictStreamClient& client) {
    client.Tick(true);
    client.Connect();
  }

  template <typename Condition>
  static bool WaitFor(const Condition& condition) {
    const absl::Time limit = absl::Now() + absl::Seconds(20);
    while (!condition() && absl::Now() < limit) absl::SleepFor(absl::Milliseconds(2));
    return condition();
  }

  FakeClock clock_;
  IntHistogram items_{{1}};
  EventLoop loop_;
};

TEST_F(PredictStreamClientTest, AServerThatSpeaksIsConnected) {
  FakePredictor server(0.1);
  const auto client = Connect(server.address());
  Open(*client);
  EXPECT_TRUE(WaitFor([&] { return client->coalescer().connected(); }));
  clock_.Advance(2 * PredictStreamClient::kMostSilence);
  client->Tick(true);
  loop_.FinishTurn();
  EXPECT_TRUE(client->coalescer().connected()) << "it need not go on speaking";
}

TEST_F(PredictStreamClientTest, OnlyConnectWaitsForANameSoThatTicksKeepDeadlines) {
  SilentServer server;
  const auto client = Connect(server.address());
  for (int i = 0; i < 10; ++i) client->Tick(true);
  client->Close();
  client->Connect();
  EXPECT_EQ(server.taken(), 0);
}

TEST_F(PredictStreamClientTest, AServerThatSaysNothingIsNeverConnectedAndGivenUp) {
  SilentServer server;
  const auto client = Connect(server.address());
  Open(*client);
  ASSERT_TRUE(WaitFor([&] { return server.taken() == 1; }));
  loop_.FinishTurn();
  EXPECT_FALSE(client->coalescer().connected());
  clock_.Advance(PredictStreamClient::kMostSilence);
  client->Tick(true);
  EXPECT_TRUE(WaitFor([&] { return server.open() == 0; }));
  // And tried again after the backoff.
  EXPECT_TRUE(WaitFor([&] {
    clock_.Advance(absl::Seconds(1));
    Open(*client);
    return server.taken() == 2;
  }));
  EXPECT_FALSE(client->coalescer().connected());
  client->Close();
  EXPECT_TRUE(WaitFor([&] { return server.open() == 0; }));
}

}  // namespace
}  // namespace serin::router
