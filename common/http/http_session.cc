#include "common/http/http_session.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/read.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace serin::http_internal {
namespace {

namespace http = boost::beast::http;

constexpr size_t kMaxHeaderBytes = 8 << 10;

HttpRequest ToRequest(http::request<http::string_body>&& message) {
  HttpRequest request{.method = std::string(message.method_string()),
                      .target = std::string(message.target()),
                      .body = std::move(message.body())};
  for (const auto& field : message) {
    request.headers.emplace_back(field.name_string(), field.value());
  }
  return request;
}

}  // namespace

HttpSession::HttpSession(boost::asio::ip::tcp::socket&& socket, SessionContext& context)
    : stream_(std::move(socket)), context_(context) {
  context_.connections.fetch_add(1, std::memory_order_relaxed);
}

HttpSession::~HttpSession() { context_.connections.fetch_sub(1, std::memory_order_relaxed); }

void HttpSession::Run() {
  boost::asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->Read(); });
}

void HttpSession::CloseIfIdle() {
  boost::asio::post(stream_.get_executor(), [self = shared_from_this()] {
    if (!self->answering_) self->Close();
  });
}

void HttpSession::Read() {
  parser_.emplace();
  parser_->body_limit(context_.options.max_body_bytes);
  parser_->header_limit(kMaxHeaderBytes);
  stream_.expires_after(absl::ToChronoNanoseconds(context_.options.idle_timeout));
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](boost::beast::error_code error, size_t) { self->OnRead(error); });
}

void HttpSession::OnRead(boost::beast::error_code error) {
  if (error == http::error::end_of_stream) return Close();
  if (error && error.category() == http::make_error_code(http::error::end_of_stream).category()) {
    return RefuseMalformed(error);
  }
  if (error) return Close();
  Dispatch();
}

void HttpSession::Dispatch() {
  answering_ = true;
  context_.requests_in_flight.fetch_add(1, std::memory_order_relaxed);
  stream_.expires_never();
  const bool keep_alive = parser_->get().keep_alive();
  auto send = [self = shared_from_this(), keep_alive](HttpResponse response) {
    boost::asio::post(self->stream_.get_executor(),
                      [self, keep_alive, response = std::move(response)]() mutable {
                        self->Write(std::move(response), keep_alive);
                      });
  };
  context_.handler(ToRequest(parser_->release()), HttpResponder(std::move(send)));
}

void HttpSession::RefuseMalformed(boost::beast::error_code error) {
  if (error == http::error::body_limit) {
    return Write(HttpError(413, absl::StrCat("body: expected at most ",
                                             context_.options.max_body_bytes, " bytes, got more")),
                 false);
  }
  if (error == http::error::header_limit) {
    return Write(HttpError(431, absl::StrCat("headers: expected at most ", kMaxHeaderBytes,
                                             " bytes, got more")),
                 false);
  }
  Write(HttpError(400, absl::StrCat("request: expected HTTP/1.1, got: ", error.message())), false);
}

void HttpSession::Write(HttpResponse response, bool keep_alive) {
  keep_alive = keep_alive && !context_.draining.load(std::memory_order_relaxed);
  response_ = {};
  response_.result(static_cast<unsigned>(response.status));
  response_.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) response_.set(name, value);
  response_.body() = std::move(response.body);
  response_.keep_alive(keep_alive);
  response_.prepare_payload();
  const bool counted = std::exchange(answering_, false);
  stream_.expires_after(absl::ToChronoNanoseconds(context_.options.idle_timeout));
  http::async_write(
      stream_, response_,
      [self = shared_from_this(), keep_alive, counted](boost::beast::error_code error, size_t) {
        self->OnWritten(keep_alive, counted, error);
      });
}

void HttpSession::OnWritten(bool keep_alive, bool counted, boost::beast::error_code error) {
  if (counted) context_.requests_in_flight.fetch_sub(1, std::memory_order_release);
  if (error || !keep_alive) return Close();
  Read();
}

void HttpSession::Close() {
  boost::beast::error_code ignored;
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
}

}  // namespace serin::http_internal
