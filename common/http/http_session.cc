#include "common/http/http_session.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace serin {

HttpSession::HttpSession(Options options)
    : options_(std::move(options)), parser_(options_.max_body_bytes) {}

HttpSession::~HttpSession() {
  for (HttpExchange* const exchange : asked_) exchange->Abandon();
}

bool HttpSession::Receive(std::string_view bytes) {
  starved_ = false;
  if (last_) {
    lingering_ = true;
  } else if (in_.empty()) {
    in_.assign(bytes.substr(Consume(bytes)));
  } else {
    in_.append(bytes);
    Resume();
  }
  return true;
}

bool HttpSession::ReceiveEnd() {
  peer_ended_ = true;
  Resume();
  return !all_said();
}

size_t HttpSession::Consume(std::string_view bytes) {
  consuming_ = true;
  size_t used = 0;
  while (!last_ && !starved_ && HasRoom() && used < bytes.size()) {
    const bool had_begun = parser_.begun();
    used += parser_.Take(bytes.substr(used));
    if (parser_.begun() && !had_begun) ++steps_;
    if (parser_.refusal().has_value()) {
      Refuse(*parser_.refusal());
    } else if (parser_.complete()) {
      HandOut();
    } else {
      starved_ = true;
    }
  }
  consuming_ = false;
  // What is left is a part of a request whose rest will not come.
  if (peer_ended_ && HasRoom()) last_ = true;
  if (!last_ && asked_.empty() && parser_.expects_continue() &&
      !std::exchange(continue_said_, true)) {
    out_.append("HTTP/1.1 100 Continue\r\n\r\n");
  }
  if (!last_) return used;
  lingering_ |= used < bytes.size();
  return bytes.size();
}

bool HttpSession::HasRoom() const {
  return out_.size() < kMostWaitingBytes &&
         (asked_.empty() || (asked_.size() < kMostAsked && asked_bytes_ < kMostWaitingBytes));
}

void HttpSession::HandOut() {
  const HttpRequest request = parser_.request();
  last_ |= next_is_last_ || !parser_.keep_alive();
  HttpExchange& exchange = Ask({.bytes = request.body.size(),
                                .is_head = request.method == "HEAD",
                                .is_http_1_0 = parser_.is_http_1_0()});
  (*options_.handler)(request, HttpResponder(exchange));
  parser_.Next();
  continue_said_ = false;
}

void HttpSession::Refuse(HttpResponse response) {
  last_ = lingering_ = true;
  Ask({}).Answer(std::move(response));
}

HttpExchange& HttpSession::Ask(const HttpExchange::Request& request) {
  asked_.push_back(new HttpExchange(*this, request));
  asked_bytes_ += request.bytes;
  ++steps_;
  return *asked_.back();
}

void HttpSession::OnAnswered() {
  while (!asked_.empty() && asked_.front()->answered()) {
    const std::unique_ptr<HttpExchange> exchange(asked_.front());
    asked_.pop_front();
    asked_bytes_ -= exchange->request().bytes;
    exchange->AppendAnswer(last_ && asked_.empty(), out_);
    ++steps_;
  }
  if (!consuming_) Resume();
  options_.wake();
}

void HttpSession::Resume() {
  in_.erase(0, Consume(in_));
  if (in_.empty() && in_.capacity() > kMostWaitingBytes) in_.shrink_to_fit();
}

void HttpSession::Produce(std::string& out, size_t most) {
  const size_t size = std::min(most, out_.size());
  out.append(out_, 0, size);
  out_.erase(0, size);
  if (!out_.empty()) return;
  if (out_.capacity() > kMostWaitingBytes) out_.shrink_to_fit();
  Resume();
}

void HttpSession::Drain(bool unread) {
  if (!std::exchange(last_, true)) {
    lingering_ = unread || !in_.empty() || parser_.begun();
    in_.clear();
    if (parser_.begun()) Refuse(HttpError(503, "the server is about to end"));
  }
  options_.wake();
}

}  // namespace serin
