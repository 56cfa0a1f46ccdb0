// Any bytes on a connection to an HTTP port get whole answers or a closed connection, and the
// handler sees only requests within the limits.
#include <string>

#include "absl/strings/match.h"
#include "common/http/http_server.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/raw_http.h"

namespace {

constexpr size_t kMaxBodyBytes = 256;
// How long half a request keeps its connection, and the fuzzer waiting.
constexpr absl::Duration kIdleTimeout = absl::Milliseconds(10);

std::unique_ptr<serin::HttpServer> Start() {
  const serin::HttpServer::Options options{
      .listen = "127.0.0.1:0", .max_body_bytes = kMaxBodyBytes, .idle_timeout = kIdleTimeout};
  auto server = serin::HttpServer::Start(
      options, [](const serin::HttpRequest& request, serin::HttpResponder respond) {
        SERIN_CHECK(request.body.size() <= kMaxBodyBytes);
        SERIN_CHECK(!request.method.empty());
        SERIN_CHECK(request.path().size() <= request.target.size());
        respond({.status = 200, .body = request.body});
      });
  SERIN_CHECK(server.ok());
  return *std::move(server);
}

}  // namespace

SERIN_FUZZ(input) {
  static const std::unique_ptr<serin::HttpServer> server = Start();
  const std::string answer = serin::testing::RawHttpExchange(server->port(), input);
  SERIN_CHECK(answer.empty() || absl::StartsWith(answer, "HTTP/1."));
}
