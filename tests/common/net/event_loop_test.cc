#include "common/net/event_loop.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/net/socket_connection.h"

namespace serin {
namespace {

using ::testing::ElementsAre;

class Note final : public LoopTask {
 public:
  Note(std::vector<std::string>& notes, std::string text) : notes_(notes), text_(std::move(text)) {}
  void Run() override { notes_.push_back(text_); }

 private:
  std::vector<std::string>& notes_;
  const std::string text_;
};

TEST(EventLoopTest, TurnEndsRunAfterTheTasksOfTheirTurn) {
  std::vector<std::string> notes;
  Note first(notes, "first");
  Note second(notes, "second");
  Note end(notes, "end");
  EventLoop loop;
  loop.Post([&] {
    loop.AtTurnEnd(end);
    loop.Post(first);
    loop.Post(second);
  });
  loop.FinishTurn();
  EXPECT_THAT(notes, ElementsAre("first", "second", "end"));
}

TEST(EventLoopTest, TasksOfManyThreadsAllRunAndThoseOfOneInTheirOrder) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 5000;
  std::vector<std::vector<int>> seen(kThreads);
  EventLoop loop;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) loop.Post([&seen, t, i] { seen[t].push_back(i); });
    });
  }
  for (std::thread& thread : threads) thread.join();
  loop.FinishTurn();
  for (const std::vector<int>& of_one : seen) {
    ASSERT_EQ(of_one.size(), static_cast<size_t>(kTasks));
    EXPECT_TRUE(std::is_sorted(of_one.begin(), of_one.end()));
  }
}

TEST(EventLoopTest, WhatIsPostedBeforeTheEndStillRuns) {
  int ran = 0;
  {
    EventLoop loop;
    for (int i = 0; i < 100; ++i) loop.Post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 100);
}

TEST(EventLoopTest, TicksComeUntilTheyAreRemoved) {
  EventLoop loop;
  absl::Notification twice;
  int ticks = 0;
  loop.RunAndWait([&] {
    loop.AddTick(&ticks, [&] {
      if (++ticks == 2) twice.Notify();
    });
  });
  EXPECT_TRUE(twice.WaitForNotificationWithTimeout(absl::Seconds(20)));
  loop.RunAndWait([&] { loop.RemoveTick(&ticks); });
}

// Sends as long as it is asked, and keeps what it is told.
class FloodSession final : public ByteSession {
 public:
  struct Seen {
    size_t produced = 0;
    std::string received;
    absl::Notification closed;
  };

  FloodSession(Seen& seen, size_t size) : seen_(seen), left_(size) {}
  bool Receive(std::string_view bytes) override {
    seen_.received.append(bytes);
    return true;
  }
  void Produce(std::string& out, size_t most) override {
    const size_t size = std::min(left_, most);
    out.append(size, 'x');
    left_ -= size;
    seen_.produced += size;
  }
  bool done() const override { return false; }
  void OnClosed(const absl::Status&) override { seen_.closed.Notify(); }

 private:
  Seen& seen_;
  size_t left_;
};

class SocketConnectionTest : public ::testing::Test {
 protected:
  SocketConnectionTest() {
    int pair[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    peer_ = pair[0];
    own_ = pair[1];
    fcntl(own_, F_SETFL, O_NONBLOCK);
  }
  ~SocketConnectionTest() override { close(peer_); }

  void Start(size_t size, SocketConnection::Reads reads) {
    loop_.RunAndWait([&] {
      auto* const connection = new SocketConnection(loop_, own_, reads, [](SocketConnection&) {});
      connection->Start(std::make_unique<FloodSession>(seen_, size));
    });
    loop_.FinishTurn();
  }

  // What the peer gets until it has `size` bytes.
  size_t Drain(size_t size) const {
    std::string buffer(1 << 16, '\0');
    size_t got = 0;
    while (got < size) {
      const ssize_t more = read(peer_, buffer.data(), buffer.size());
      if (more <= 0) break;
      got += static_cast<size_t>(more);
    }
    return got;
  }

  int peer_ = -1;
  int own_ = -1;
  FloodSession::Seen seen_;
  // Ends first.
  EventLoop loop_;
};

TEST_F(SocketConnectionTest, APeerThatDoesNotReadIsNotProducedFor) {
  constexpr size_t kAll = 64 << 20;
  Start(kAll, SocketConnection::Reads::kAlways);
  size_t produced = 0;
  loop_.RunAndWait([&] { produced = seen_.produced; });
  EXPECT_LT(produced, 4u << 20);
  EXPECT_EQ(Drain(kAll), kAll) << "once it reads, it gets everything";
  shutdown(peer_, SHUT_RDWR);
  seen_.closed.WaitForNotification();
  loop_.FinishTurn();
}

TEST_F(SocketConnectionTest, APeerThatDoesNotReadIsNotReadFromUnlessItMustBe) {
  constexpr size_t kAll = 8 << 20;
  Start(kAll, SocketConnection::Reads::kUnlessBlocked);
  ASSERT_EQ(write(peer_, "hello", 5), 5);
  loop_.FinishTurn();
  loop_.RunAndWait([&] { EXPECT_EQ(seen_.received, ""); });
  EXPECT_EQ(Drain(kAll), kAll);
  shutdown(peer_, SHUT_WR);
  seen_.closed.WaitForNotification();
  EXPECT_EQ(seen_.received, "hello");
  loop_.FinishTurn();
}

}  // namespace
}  // namespace serin
