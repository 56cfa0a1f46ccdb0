// serin-probe URL: the health check of the container images, which hold no curl and need no shell.
//
// Gets http://HOST:PORT/PATH within two seconds. Exits 0 when the answer is 200, 1 when it is not
// or nobody answers, 64 when the URL is none.
#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr int kExitUnhealthy = 1;
constexpr int kExitBadUrl = 64;
constexpr std::chrono::seconds kTimeout(2);

struct Target {
  std::string host, port, path;
};

// False when the text is not http://HOST:PORT/PATH.
bool Parse(std::string_view url, Target& target) {
  constexpr std::string_view kScheme = "http://";
  if (url.substr(0, kScheme.size()) != kScheme) return false;
  url.remove_prefix(kScheme.size());
  const size_t slash = std::min(url.find('/'), url.size());
  const size_t colon = url.substr(0, slash).rfind(':');
  if (colon == std::string_view::npos) return false;
  target.host = url.substr(0, colon);
  target.port = url.substr(colon + 1, slash - colon - 1);
  target.path = slash < url.size() ? url.substr(slash) : "/";
  return !target.host.empty() && !target.port.empty();
}

// Each step runs to its end, or the stream's timeout cuts it off with an error.
template <typename Start>
void Complete(asio::io_context& context, beast::error_code& error, Start start) {
  start([&error](beast::error_code outcome, auto&&...) { error = outcome; });
  context.restart();
  context.run();
}

int Get(const Target& target) {
  asio::io_context context;
  beast::error_code error;
  asio::ip::tcp::resolver resolver(context);
  const auto addresses = resolver.resolve(target.host, target.port, error);
  beast::tcp_stream stream(context);
  stream.expires_after(kTimeout);
  http::request<http::empty_body> request(http::verb::get, target.path, 11);
  request.set(http::field::host, target.host);
  http::response<http::string_body> response;
  beast::flat_buffer buffer;
  if (!error) Complete(context, error, [&](auto done) { stream.async_connect(addresses, done); });
  if (!error)
    Complete(context, error, [&](auto done) { http::async_write(stream, request, done); });
  if (!error) {
    Complete(context, error, [&](auto done) { http::async_read(stream, buffer, response, done); });
  }
  if (error) {
    std::printf("%s:%s: %s\n", target.host.c_str(), target.port.c_str(), error.message().c_str());
    return kExitUnhealthy;
  }
  std::printf("%u\n%s", response.result_int(), response.body().c_str());
  return response.result() == http::status::ok ? 0 : kExitUnhealthy;
}

}  // namespace

int main(int argc, char** argv) {
  Target target;
  if (argc != 2 || !Parse(argv[1], target)) {
    std::fprintf(stderr, "serin-probe: expected http://HOST:PORT/PATH, got %s\n",
                 argc == 2 ? argv[1] : "other arguments");
    return kExitBadUrl;
  }
  return Get(target);
}
