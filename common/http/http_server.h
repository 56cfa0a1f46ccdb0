#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace serin {

struct HttpRequest {
  std::string method;  // "GET", "POST", ...
  std::string target;  // as sent: "/predict?x=1"
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  // The first value of a header, whose name is compared without regard to case; "" if absent.
  std::string_view Header(std::string_view name) const;

  // The target without its query.
  std::string_view path() const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// {"error": "<message>"} as application/json.
HttpResponse HttpError(int status, std::string_view message);

// Answers one request, once, from any thread. Destroyed unanswered, it answers 500.
class HttpResponder {
 public:
  using Send = std::function<void(HttpResponse)>;

  explicit HttpResponder(Send send) : send_(std::move(send)) {}
  HttpResponder(HttpResponder&& other) noexcept : send_(std::exchange(other.send_, nullptr)) {}
  HttpResponder& operator=(HttpResponder&&) = delete;
  ~HttpResponder();

  void operator()(HttpResponse response);

 private:
  Send send_;
};

// An HTTP/1.1 server: keep-alive; pipelined requests are answered in their order, one at a time;
// limits on size and time. Malformed requests are answered with 400, bodies over the limit with
// 413, headers over 8 KiB with 431, each followed by closing the connection. Thread-safe.
class HttpServer {
 public:
  struct Options {
    // host:port; port 0 takes a free one.
    std::string listen;
    int threads = 1;
    size_t max_body_bytes = 1 << 20;
    // A connection is closed when a request takes longer than this to arrive, its answer longer
    // than this to be written, or nothing is asked for so long.
    absl::Duration idle_timeout = absl::Seconds(60);
    // One more is accepted and closed at once.
    int max_connections = 4096;
  };

  // Called on a thread of the server; must not block. The responder may be kept and called later.
  using Handler = std::function<void(HttpRequest, HttpResponder)>;

  // Errors: INVALID_ARGUMENT (address), UNAVAILABLE (address in use).
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Options& options, Handler handler);
  ~HttpServer();

  // The port that is listened on.
  int port() const;

  // Accepts no more connections, lets requests in flight be answered for at most `grace`, then
  // closes everything. Idempotent.
  void Shutdown(absl::Duration grace);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace serin
