#include "common/http/http_server.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/strings/absl_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/one_descriptor.h"
#include "tests/support/raw_http.h"
#include "tests/support/status_matchers.h"

namespace serin {
namespace {

using ::serin::testing::HttpGet;
using ::serin::testing::OneDescriptor;
using ::serin::testing::RawHttpExchange;
using ::serin::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::unique_ptr<HttpServer> StartEcho(HttpServer::Options options = {.listen = "127.0.0.1:0"}) {
  auto server = HttpServer::Start(options, [](const HttpRequest& request, HttpResponder respond) {
    respond({.body = absl::StrCat(AbslView(request.method), " ", AbslView(request.target), " ",
                                  AbslView(request.body))});
  });
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

TEST(HttpServerTest, HandsOutARequestAndSendsItsAnswer) {
  auto server = StartEcho();
  EXPECT_THAT(HttpGet(server->port(), "/a?b=c"), HasSubstr("GET /a?b=c"));
}

TEST(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
  // Each is answered on a thread of its own.
  std::vector<std::thread> threads;
  auto server = HttpServer::Start(
      {.listen = "127.0.0.1:0"}, [&](const HttpRequest& request, HttpResponder respond) {
        threads.emplace_back(
            [target = std::string(request.target), respond = std::move(respond)]() mutable {
              respond({.body = "<" + target + ">"});
            });
      });
  const std::string answer =
      RawHttpExchange((*server)->port(),
                      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
                      "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  for (std::thread& thread : threads) thread.join();
  const size_t one = answer.find("</1>");
  const size_t two = answer.find("</2>");
  const size_t three = answer.find("</3>");
  ASSERT_NE(three, std::string::npos) << answer;
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
}

TEST(HttpServerTest, AnswersGarbageWith400AndLivesOn) {
  auto server = StartEcho();
  EXPECT_THAT(RawHttpExchange(server->port(), "\x16\x03\x01 garbage\r\n\r\n"),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(HttpGet(server->port(), "/alive"), HasSubstr("GET /alive"));
}

TEST(HttpServerTest, ClosesAConnectionThatStaysSilent) {
  auto server = StartEcho({.listen = "127.0.0.1:0", .idle_timeout = absl::Milliseconds(50)});
  EXPECT_EQ(RawHttpExchange(server->port(), "GET / HTTP/1.1\r\n"), "");
}

TEST(HttpServerTest, ShutdownWaitsForARequestInFlight) {
  absl::Notification arrived;
  std::promise<HttpResponder> kept;
  auto server =
      HttpServer::Start({.listen = "127.0.0.1:0"}, [&](const HttpRequest&, HttpResponder respond) {
        kept.set_value(std::move(respond));
        arrived.Notify();
      });
  auto answer = std::async([&] { return HttpGet((*server)->port(), "/"); });
  arrived.WaitForNotification();
  auto shutdown = std::async([&] { (*server)->Shutdown(absl::Seconds(30)); });
  kept.get_future().get()({.body = "finished"});
  EXPECT_THAT(answer.get(), HasSubstr("finished"));
  shutdown.get();
}

// A connection whose client does as it likes.
class Client {
 public:
  explicit Client(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in address{.sin_family = AF_INET,
                              .sin_port = htons(static_cast<uint16_t>(port)),
                              .sin_addr = {htonl(INADDR_LOOPBACK)},
                              .sin_zero = {}};
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;

  // False: the server has closed the connection.
  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  void EndSending() const { shutdown(fd_, SHUT_WR); }
  // Waits for some; empty: the server has closed it.
  std::string Read() const {
    std::string some(64 << 10, '\0');
    some.resize(static_cast<size_t>(std::max<ssize_t>(0, recv(fd_, some.data(), some.size(), 0))));
    return some;
  }
  // All until the server closes it.
  std::string ReadAll() const {
    std::string all;
    for (std::string some = Read(); !some.empty(); some = Read()) all += some;
    return all;
  }

 private:
  const int fd_;
};

TEST(HttpServerTest, ACallerThatEndsItsSideStillGetsItsAnswer) {
  auto server = StartEcho();
  const Client client(server->port());
  client.Send("GET /last HTTP/1.1\r\nHost: x\r\n\r\n");
  client.EndSending();
  EXPECT_THAT(client.ReadAll(), HasSubstr("GET /last"));
}

TEST(HttpServerTest, ARequestThatTricklesInIsCutOff) {
  auto server = StartEcho({.listen = "127.0.0.1:0", .idle_timeout = absl::Milliseconds(200)});
  const Client client(server->port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  const absl::Time limit = absl::Now() + absl::Seconds(20);
  while (client.Send("x") && absl::Now() < limit) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_LT(absl::Now(), limit);
}

TEST(HttpServerTest, AnAnswerMayTakeLongerThanAConnectionMayBeIdle) {
  std::promise<HttpResponder> kept;
  auto server = HttpServer::Start(
      {.listen = "127.0.0.1:0", .idle_timeout = absl::Milliseconds(400)},
      [&](const HttpRequest&, HttpResponder respond) { kept.set_value(std::move(respond)); });
  const Client client((*server)->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  HttpResponder respond = kept.get_future().get();
  absl::SleepFor(absl::Milliseconds(800));
  respond({.body = "at last"});
  EXPECT_THAT(client.ReadAll(), HasSubstr("at last"));
}

TEST(HttpServerTest, WhoDoesNotReadIsCutOffAndMakesRoomForAnother) {
  auto server = HttpServer::Start(
      {.listen = "127.0.0.1:0", .idle_timeout = absl::Milliseconds(200), .max_connections = 1},
      [](const HttpRequest&, HttpResponder respond) {
        respond({.body = std::string(32 << 20, 'x')});
      });
  const Client greedy((*server)->port());
  greedy.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(greedy.Read(), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(Client((*server)->port()).Read(), "") << "one more than the most";
  const absl::Time limit = absl::Now() + absl::Seconds(20);
  std::string answer;
  while (answer.empty() && absl::Now() < limit) answer = HttpGet((*server)->port(), "/");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
}

TEST(HttpServerTest, AClientMayPipelineFarMoreThanIsTakenAtATime) {
  constexpr int kRequests = 8'000;
  std::mutex mutex;
  std::vector<HttpResponder> kept;
  std::atomic<bool> ended{false};
  auto server =
      HttpServer::Start({.listen = "127.0.0.1:0"}, [&](const HttpRequest&, HttpResponder respond) {
        const std::lock_guard<std::mutex> lock(mutex);
        kept.push_back(std::move(respond));
      });
  // Answers from outside the loop, so that requests wait for room again and again.
  std::thread answering([&] {
    while (!ended) {
      std::vector<HttpResponder> now;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        now.swap(kept);
      }
      for (HttpResponder& respond : now) respond({.body = "<answer>"});
    }
  });
  const Client client((*server)->port());
  std::thread sending([&] {
    std::string all;
    for (int i = 1; i < kRequests; ++i) all += "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    EXPECT_TRUE(client.Send(all + "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  });
  const std::string answers = client.ReadAll();
  sending.join();
  (*server)->Shutdown(absl::InfiniteDuration());
  ended = true;
  answering.join();
  int count = 0;
  for (size_t at = answers.find("<answer>"); at != answers.npos;
       at = answers.find("<answer>", at + 1)) {
    ++count;
  }
  EXPECT_EQ(count, kRequests);
}

TEST(HttpServerTest, ARefusedClientSeesWhyThoughItIsStillSending) {
  auto server = StartEcho({.listen = "127.0.0.1:0", .max_body_bytes = 10});
  const std::string body(8 << 20, 'x');
  for (int i = 0; i < 20; ++i) {
    const Client client(server->port());
    EXPECT_TRUE(client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body));
    EXPECT_THAT(client.ReadAll(), HasSubstr("expected at most 10 bytes"));
  }
}

TEST(HttpServerTest, OnTheLoopsOfOthersARequestIsHandedOutOnOneOfThem) {
  EventLoops loops(2);
  std::atomic<int> on_loop{0};
  auto server = HttpServer::Start(loops, {.listen = "127.0.0.1:0"},
                                  [&](const HttpRequest&, HttpResponder respond) {
                                    on_loop += loops[0].InLoop() || loops[1].InLoop() ? 1 : 0;
                                    respond({.body = "answer"});
                                  });
  for (int i = 0; i < 4; ++i) EXPECT_THAT(HttpGet((*server)->port(), "/"), HasSubstr("answer"));
  EXPECT_EQ(on_loop, 4);
}

TEST(HttpServerTest, ShutdownDoesNotWaitForIdleConnections) {
  auto server = StartEcho();
  const Client idle(server->port());
  const Client kept(server->port());
  kept.Send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(kept.Read(), HasSubstr("GET /1"));
  server->Shutdown(absl::InfiniteDuration());
  EXPECT_EQ(kept.ReadAll(), "");
  EXPECT_EQ(idle.ReadAll(), "");
}

TEST(HttpServerTest, AClientThatShutdownCutsOffInMidUploadIsTold) {
  auto server = StartEcho({.listen = "127.0.0.1:0", .max_body_bytes = 16 << 20});
  const Client client(server->port());
  const std::string body(8 << 20, 'x');
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_THAT(client.Read(), StartsWith("HTTP/1.1 100"));
  auto shutdown = std::async([&] { server->Shutdown(absl::InfiniteDuration()); });
  EXPECT_THAT(client.Read(), StartsWith("HTTP/1.1 503"));
  EXPECT_TRUE(client.Send(body)) << "it may go on for a while";
  client.EndSending();
  EXPECT_EQ(client.Read(), "");
  shutdown.get();
}

TEST(HttpServerTest, ShutdownCutsOffWhatIsNotAnsweredInTimeAndAnAnswerMayStillCome) {
  EventLoops loops(1);
  std::promise<HttpResponder> kept;
  auto server = HttpServer::Start(
      loops, {.listen = "127.0.0.1:0"},
      [&](const HttpRequest&, HttpResponder respond) { kept.set_value(std::move(respond)); });
  const Client client((*server)->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  HttpResponder late = kept.get_future().get();
  (*server)->Shutdown(absl::Milliseconds(1));
  EXPECT_EQ(client.ReadAll(), "");
  server->reset();
  late({.body = "too late"});
}

absl::Duration CpuTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

TEST(HttpServerTest, WithoutDescriptorsItWaitsInsteadOfSpinning) {
  auto server = StartEcho();
  std::optional<Client> client;
  {
    const OneDescriptor one;
    client.emplace(server->port());
    const absl::Duration before = CpuTime();
    absl::SleepFor(absl::Milliseconds(400));
    EXPECT_LT(CpuTime() - before, absl::Milliseconds(40));
  }
  ASSERT_TRUE(client->Send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_THAT(client->Read(), HasSubstr("GET /late"));
}

TEST(HttpServerTest, RefusesAnAddressInUse) {
  auto server = StartEcho();
  EXPECT_THAT(HttpServer::Start({.listen = "127.0.0.1:" + std::to_string(server->port())}, {}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot listen on")));
}

}  // namespace
}  // namespace serin
