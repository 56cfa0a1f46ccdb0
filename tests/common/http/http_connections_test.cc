#include "common/http/http_connections.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "absl/synchronization/notification.h"
#include "tests/support/fake_clock.h"

namespace serin {
namespace {

constexpr size_t kAnswerBytes = 200'000;

// Connections on a socket that takes little at a time, and a clock that stands still.
class HttpConnectionsTest : public ::testing::Test {
 protected:
  HttpConnectionsTest() {
    std::array<int, 2> ends;
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    EXPECT_EQ(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    const int small = 1;
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    client_ = ends[0];
    loop_.RunAndWait([&] { connections_.Adopt(ends[1]); });
  }
  ~HttpConnectionsTest() override {
    close(client_);
    ended_.WaitForNotification();
  }

  void Send(const std::string& bytes) const {
    EXPECT_EQ(send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // All until the server closes it.
  std::string ReadAll() const {
    std::string all;
    std::array<char, 4096> piece;
    for (ssize_t got = 1; got > 0;) {
      got = recv(client_, piece.data(), piece.size(), 0);
      if (got > 0) all.append(piece.data(), static_cast<size_t>(got));
    }
    return all;
  }
  void WaitForTicks(int ticks) {
    absl::Notification done;
    loop_.RunAndWait([&] {
      loop_.AddTick(this, [&done, ticks, seen = 0]() mutable {
        if (++seen == ticks) done.Notify();
      });
    });
    done.WaitForNotification();
    loop_.RunAndWait([this] { loop_.RemoveTick(this); });
  }

  testing::FakeClock clock_;
  absl::Notification ended_;
  const HttpConnections::Options options_{
      .max_body_bytes = 100,
      .idle_timeout = absl::Minutes(1),
      .handler = [](const HttpRequest&,
                    HttpResponder respond) { respond({.body = std::string(kAnswerBytes, 'x')}); },
      .ended = [this] { ended_.Notify(); }};
  EventLoop loop_;
  HttpConnections connections_{loop_, clock_, options_};
  int client_ = -1;
};

TEST_F(HttpConnectionsTest, AnAnswerThatIsReadSlowlyIsNotCutOffBecauseBytesLieBehindItsRequest) {
  Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nunread");
  WaitForTicks(2);
  clock_.Advance(absl::Seconds(30));
  WaitForTicks(2);
  shutdown(client_, SHUT_WR);
  EXPECT_GT(ReadAll().size(), kAnswerBytes);
}

TEST_F(HttpConnectionsTest, AClientThatGoesOnSendingIsCutOffSoonAfterItsAnswer) {
  Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nunread");
  std::string answer(kAnswerBytes, '\0');
  ASSERT_EQ(recv(client_, answer.data(), answer.size(), MSG_WAITALL),
            static_cast<ssize_t>(answer.size()));
  WaitForTicks(2);
  clock_.Advance(absl::Seconds(3));
  ReadAll();
}

}  // namespace
}  // namespace serin
