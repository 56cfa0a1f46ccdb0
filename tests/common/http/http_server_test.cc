#include "common/http/http_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/raw_http.h"
#include "tests/support/status_matchers.h"

namespace serin {
namespace {

using ::serin::testing::HttpGet;
using ::serin::testing::RawHttpExchange;
using ::serin::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::unique_ptr<HttpServer> StartEcho(HttpServer::Options options = {.listen = "127.0.0.1:0"}) {
  auto server = HttpServer::Start(options, [](HttpRequest request, HttpResponder respond) {
    respond({.body = request.method + " " + request.target + " " + request.body});
  });
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

TEST(HttpServerTest, HandsOutARequestAndSendsItsAnswer) {
  auto server = StartEcho();
  EXPECT_THAT(HttpGet(server->port(), "/a?b=c"), HasSubstr("GET /a?b=c"));
}

TEST(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
  // The first answer comes later than the second request.
  std::vector<std::thread> threads;
  auto server = HttpServer::Start(
      {.listen = "127.0.0.1:0", .threads = 2}, [&](HttpRequest request, HttpResponder respond) {
        threads.emplace_back([target = request.target, respond = std::move(respond)]() mutable {
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

TEST(HttpServerTest, RefusesABodyOverTheLimit) {
  auto server = StartEcho({.listen = "127.0.0.1:0", .max_body_bytes = 10});
  EXPECT_THAT(
      RawHttpExchange(server->port(),
                      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n12345678901"),
      StartsWith("HTTP/1.1 413"));
}

TEST(HttpServerTest, RefusesHeadersOverTheLimit) {
  auto server = StartEcho();
  EXPECT_THAT(RawHttpExchange(server->port(),
                              "GET / HTTP/1.1\r\nX: " + std::string(9000, 'a') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
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

TEST(HttpServerTest, AnswersADroppedRequestWith500) {
  auto server = HttpServer::Start({.listen = "127.0.0.1:0"}, [](HttpRequest, HttpResponder) {});
  EXPECT_THAT(HttpGet((*server)->port(), "/"), StartsWith("HTTP/1.1 500"));
}

TEST(HttpServerTest, ShutdownWaitsForARequestInFlight) {
  absl::Notification arrived;
  std::promise<HttpResponder> kept;
  auto server =
      HttpServer::Start({.listen = "127.0.0.1:0"}, [&](HttpRequest, HttpResponder respond) {
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

// Every descriptor that this process may open, until it is destroyed.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    few.rlim_cur = 256;
    setrlimit(RLIMIT_NOFILE, &few);
    for (int fd = open("/dev/null", O_RDONLY); fd >= 0; fd = open("/dev/null", O_RDONLY)) {
      taken_.push_back(fd);
    }
  }
  ~NoDescriptorsLeft() {
    for (const int fd : taken_) close(fd);
    setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

absl::Duration CpuTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

TEST(HttpServerTest, WithoutDescriptorsItWaitsInsteadOfSpinning) {
  auto server = StartEcho();
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  {
    const NoDescriptorsLeft none;
    sockaddr_in address{.sin_family = AF_INET,
                        .sin_port = htons(static_cast<uint16_t>(server->port())),
                        .sin_addr = {htonl(INADDR_LOOPBACK)},
                        .sin_zero = {}};
    ASSERT_EQ(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    const absl::Duration before = CpuTime();
    absl::SleepFor(absl::Milliseconds(400));
    EXPECT_LT(CpuTime() - before, absl::Milliseconds(40));
  }
  constexpr std::string_view kRequest = "GET /late HTTP/1.1\r\nHost: x\r\n\r\n";
  ASSERT_EQ(send(client, kRequest.data(), kRequest.size(), 0),
            static_cast<ssize_t>(kRequest.size()));
  std::string answer(1000, '\0');
  answer.resize(static_cast<size_t>(std::max<ssize_t>(0, recv(client, answer.data(), 1000, 0))));
  EXPECT_THAT(answer, HasSubstr("GET /late"));
  close(client);
}

TEST(HttpServerTest, RefusesAnAddressInUse) {
  auto server = StartEcho();
  EXPECT_THAT(HttpServer::Start({.listen = "127.0.0.1:" + std::to_string(server->port())}, {}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot listen on")));
}

TEST(HttpErrorTest, QuotesTheMessageAsJson) {
  EXPECT_EQ(HttpError(400, "a \"b\"\n").body, "{\"error\": \"a \\\"b\\\"\\u000a\"}\n");
}

}  // namespace
}  // namespace serin
