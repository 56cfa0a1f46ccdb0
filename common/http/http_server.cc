#include "common/http/http_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <list>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/http/http_session.h"
#include "common/net/seldom.h"
#include "spdlog/spdlog.h"

namespace serin {

using ::boost::asio::ip::tcp;
using ::serin::http_internal::HttpSession;
using ::serin::http_internal::SessionContext;

// Without descriptors every accept fails at once, until some connection closes.
constexpr std::chrono::milliseconds kAcceptRetry{100};

class HttpServer::Impl {
 public:
  Impl(const Options& options, Handler handler) : acceptor_(io_), accept_retry_(io_) {
    context_.options = options;
    context_.handler = std::move(handler);
  }

  ~Impl() { Shutdown(absl::ZeroDuration()); }

  absl::Status Listen() {
    const std::string& listen = context_.options.listen;
    const size_t colon = listen.rfind(':');
    uint32_t port = 0;
    if (colon == std::string::npos || !absl::SimpleAtoi(listen.substr(colon + 1), &port)) {
      return absl::InvalidArgumentError(
          absl::StrCat("listen: expected host:port, got \"", listen, "\""));
    }
    boost::system::error_code error;
    tcp::resolver resolver(io_);
    const auto found = resolver.resolve(listen.substr(0, colon), std::to_string(port),
                                        tcp::resolver::passive, error);
    if (error || found.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "listen: expected an address of this host, got \"", listen, "\": ", error.message()));
    }
    const tcp::endpoint endpoint = *found.begin();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", listen, ": ", error.message()));
    }
    port_ = acceptor_.local_endpoint().port();
    return absl::OkStatus();
  }

  void Run() {
    Accept();
    for (int i = 0; i < context_.options.threads; ++i) {
      threads_.emplace_back([this] { io_.run(); });
    }
  }

  void Shutdown(absl::Duration grace) {
    if (context_.draining.exchange(true)) return;
    boost::asio::post(io_, [this] { acceptor_.close(); });
    CloseIdleSessions();
    const absl::Time deadline = absl::Now() + grace;
    while (context_.requests_in_flight.load(std::memory_order_acquire) > 0 &&
           absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(5));
    }
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  int port() const { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept(boost::asio::make_strand(io_),
                           [this](boost::system::error_code error, tcp::socket socket) {
                             if (error == boost::asio::error::operation_aborted) return;
                             if (error) return RetryAccept(error);
                             Adopt(std::move(socket));
                             Accept();
                           });
  }

  void RetryAccept(boost::system::error_code why) {
    if (const uint64_t times = accept_failures_.Count(absl::Now()); times > 0) {
      spdlog::warn("http: port {} takes no connections for now: {} ({} times)", port_,
                   why.message(), times);
    }
    accept_retry_.expires_after(kAcceptRetry);
    accept_retry_.async_wait([this](boost::system::error_code) {
      if (acceptor_.is_open()) Accept();
    });
  }

  void Adopt(tcp::socket socket) {
    if (context_.connections.load() >= context_.options.max_connections) return;
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto session = std::make_shared<HttpSession>(std::move(socket), context_);
    {
      absl::MutexLock lock(&mutex_);
      sessions_.remove_if([](const auto& weak) { return weak.expired(); });
      sessions_.push_back(session);
    }
    session->Run();
  }

  void CloseIdleSessions() {
    absl::MutexLock lock(&mutex_);
    for (const auto& weak : sessions_) {
      if (auto session = weak.lock()) session->CloseIfIdle();
    }
  }

  SessionContext context_;
  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  // Both of the handler of accepts, of which there is one at a time.
  boost::asio::steady_timer accept_retry_;
  Seldom accept_failures_;
  int port_ = 0;
  absl::Mutex mutex_;
  std::list<std::weak_ptr<HttpSession>> sessions_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Options& options,
                                                              Handler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  if (absl::Status status = impl->Listen(); !status.ok()) return status;
  impl->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
int HttpServer::port() const { return impl_->port(); }
void HttpServer::Shutdown(absl::Duration grace) { impl_->Shutdown(grace); }

}  // namespace serin
