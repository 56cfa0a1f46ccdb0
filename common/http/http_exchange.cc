#include "common/http/http_exchange.h"

#include <boost/beast/http/status.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/http/http_session.h"
#include "common/strings/absl_view.h"

namespace serin {
namespace {

std::string_view Reason(int status) {
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  return {reason.data(), reason.size()};
}

}  // namespace

HttpResponder::~HttpResponder() {
  if (exchange_ != nullptr) (*this)(HttpError(500, "the request was dropped by the server"));
}

void HttpResponder::operator()(HttpResponse response) {
  std::exchange(exchange_, nullptr)->Answer(std::move(response));
}

void HttpResponder::OnAbandoned(std::function<void()> hook) {
  exchange_->OnAbandoned(std::move(hook));
}

void HttpExchange::Answer(HttpResponse response) {
  response_ = std::move(response);
  if (EventLoop::Current() == loop_) return Run();
  loop_->Post(static_cast<LoopTask&>(*this));
}

void HttpExchange::Run() {
  answered_ = true;
  if (session_ == nullptr) {
    delete this;
  } else {
    session_->OnAnswered();
  }
}

void HttpExchange::Abandon() {
  session_ = nullptr;
  if (answered_) {
    delete this;
  } else if (on_abandoned_) {
    // It may answer, and so end this.
    const auto hook = std::move(on_abandoned_);
    hook();
  }
}

void HttpExchange::AppendAnswer(bool closes, std::string& out) const {
  absl::StrAppend(&out, "HTTP/1.1 ", response_.status, " ", AbslView(Reason(response_.status)),
                  "\r\nContent-Type: ", AbslView(response_.content_type), "\r\n",
                  response_.header_lines, "Content-Length: ", response_.body.size(), "\r\n");
  if (closes) {
    out.append("Connection: close\r\n");
  } else if (request_.is_http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  if (!request_.is_head) out.append(response_.body);
}

}  // namespace serin
