#include "common/http2/server_call.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http2/grpc_text.h"
#include "common/http2/length_prefix.h"
#include "common/http2/server_session.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"

namespace serin::http2 {
namespace {

// RFC 9113 section 6.5.2 counts so much for each field.
constexpr size_t kFieldOverhead = 32;

// What is left over of messages already sent is dropped once it is this long.
constexpr size_t kDropSent = 64 << 10;

}  // namespace

void ServerCall::AddHeader(std::string_view name, std::string_view value) {
  if (headers_done_) return;  // Trailers of a client mean nothing in gRPC.
  header_bytes_ += name.size() + value.size() + kFieldOverhead;
  if (header_bytes_ > ServerSession::kMostHeaderBytes) return;
  if (name[0] == ':') {
    if (name == ":path") path_ = value;
    if (name == ":method") is_post_ = value == "POST";
  } else if (name == "content-type") {
    is_grpc_ =
        value == "application/grpc" || absl::StartsWith(AbslView(value), "application/grpc+");
  } else if (name == "grpc-timeout") {
    timeout_ = ParseTimeout(value);
  } else if (name == "grpc-encoding") {
    encoding_ = EncodingOf(value);
  } else if (name != "te" && name != "user-agent" && name != "grpc-accept-encoding" &&
             name != "accept-encoding" && name != "content-length") {
    metadata_.Add(name, value);
  }
}

void ServerCall::OnData(std::string_view bytes) {
  if (paused_ || delivering_ || !held_.empty()) {
    held_.append(bytes.data(), bytes.size());
    session_.Consumed(*this, 0);
  } else {
    const size_t used = Deliver(bytes);
    held_.assign(bytes.data() + used, bytes.size() - used);
    session_.Consumed(*this, used);
  }
  Recount();
  if (handler_ == nullptr || session_.held_bytes() <= session_.options_.max_held_bytes) return;
  Fail(absl::ResourceExhaustedError(
      absl::StrCat("the calls of this connection hold more than ", session_.options_.max_held_bytes,
                   " bytes of requests and of answers that are not read")));
}

void ServerCall::Recount() {
  const size_t of_request = handler_ == nullptr ? 0 : kept_ + reader_.size() + held_.size();
  const size_t now = of_request + out_.size();
  session_.held_bytes_ += now - counted_;
  counted_ = now;
}

void ServerCall::SetKept(size_t bytes) {
  kept_ = bytes;
  Recount();
}

size_t ServerCall::Deliver(std::string_view bytes) {
  size_t used = 0;
  delivering_ = true;
  while (used < bytes.size() && handler_ != nullptr && !paused_) {
    const absl::StatusOr<size_t> taken = reader_.Add(bytes.substr(used));
    if (!taken.ok()) {
      Fail(taken.status());
      break;
    }
    used += *taken;
    if (reader_.complete()) handler_->OnMessage(reader_.Take());
  }
  delivering_ = false;
  // Nobody is interested in the rest.
  return handler_ == nullptr ? bytes.size() : used;
}

void ServerCall::ResumeReading() {
  paused_ = false;
  if (delivering_) return;
  const std::string held = std::exchange(held_, {});
  const size_t used = Deliver(held);
  held_.insert(0, held, used);
  session_.Consumed(*this, used);
  Recount();
  if (end_of_stream_ && held_.empty() && !paused_) HalfClose();
}

void ServerCall::OnEndOfStream() {
  end_of_stream_ = true;
  if (held_.empty() && !paused_) HalfClose();
}

void ServerCall::HalfClose() {
  if (handler_ == nullptr || std::exchange(half_closed_, true)) return;
  if (reader_.partial()) {
    return Fail(absl::InternalError("the client ended the call within a message"));
  }
  handler_->OnHalfClosed();
}

void ServerCall::Fail(const absl::Status& status) {
  CallHandler* const handler = handler_;
  Finish(status);
  if (handler != nullptr) handler->OnCancelled();
}

void ServerCall::OnClosed() {
  if (handler_ != nullptr) std::exchange(handler_, nullptr)->OnCancelled();
  session_.held_bytes_ -= counted_;
}

void ServerCall::SendHeaders(absl::Span<const Field> metadata) {
  SERIN_CHECK(!headers_sent_ && !finished_);
  headers_sent_ = true;
  session_.Respond(*this, metadata);
}

std::string& ServerCall::BeginMessage() {
  SERIN_CHECK(!finished_);
  if (sent_ == out_.size() || sent_ > kDropSent) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
  message_start_ = BeginPrefixed(out_);
  return out_;
}

void ServerCall::EndMessage() {
  EndPrefixed(message_start_, out_);
  Recount();
  if (!headers_sent_) return SendHeaders({});
  session_.Resume(*this);
}

void ServerCall::SendMessage(std::string_view message) {
  BeginMessage().append(message.data(), message.size());
  EndMessage();
}

void ServerCall::Finish(const absl::Status& status, absl::Span<const Field> trailers) {
  if (std::exchange(finished_, true)) return;
  handler_ = nullptr;
  Recount();
  status_ = status;
  for (const Field& field : trailers) trailers_.Add(field.name, field.value);
  if (headers_sent_) return session_.Resume(*this);
  headers_sent_ = true;
  session_.RespondWithTrailers(*this);
}

void ServerCall::CopyOut(std::string& target, size_t size) {
  target.append(out_, sent_, size);
  sent_ += size;
}

}  // namespace serin::http2
