#include "common/http2/server_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "common/http2/nghttp2_fields.h"
#include "common/http2/server_callbacks.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"

namespace serin::http2 {
namespace {

constexpr Field kAcceptEncoding = {"grpc-accept-encoding", "identity,deflate,gzip"};
constexpr Field kContentType = {"content-type", "application/grpc"};

}  // namespace

ServerSession::ServerSession(Options options) : options_(std::move(options)) {
  static nghttp2_session_callbacks* const callbacks = Callbacks::Make();
  static nghttp2_option* const option = [] {
    nghttp2_option* made = nullptr;
    SERIN_CHECK(nghttp2_option_new(&made) == 0);
    nghttp2_option_set_no_auto_window_update(made, 1);
    nghttp2_option_set_no_closed_streams(made, 1);
    // FrameBudget counts them.
    nghttp2_option_set_stream_reset_rate_limit(made, UINT64_MAX, UINT64_MAX);
    return made;
  }();
  SERIN_CHECK(nghttp2_session_server_new2(&session_, callbacks, this, option) == 0);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kMostStreams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kMostHeaderBytes},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  SERIN_CHECK(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings)) ==
              0);
  SERIN_CHECK(nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                                    kConnectionWindow) == 0);
}

ServerSession::~ServerSession() {
  SERIN_CHECK(first_ == nullptr);
  nghttp2_session_del(session_);
}

bool ServerSession::Receive(std::string_view bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (taken >= 0) return true;
  broken_ = true;
  flooded_ = flooded_ || taken == NGHTTP2_ERR_FLOODED;
  nghttp2_session_terminate_session(session_,
                                    flooded_ ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR);
  return false;
}

bool ServerSession::Account(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_SETTINGS) established_ = true;
  flooded_ = !budget_.AllowsReceived(frame);
  return !flooded_;
}

void ServerSession::Produce(std::string& out, size_t most) {
  out_ = &out;
  most_ = most;
  if (nghttp2_session_send(session_) != 0) broken_ = true;
  out_ = nullptr;
  for (const int stream : std::exchange(sent_, {})) {
    ServerCall* const call = Find(stream);
    if (call != nullptr && call->handler_ != nullptr) call->handler_->OnSent();
  }
}

bool ServerSession::done() const {
  return broken_ ||
         (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0);
}

void ServerSession::OnClosed(const absl::Status&) {
  while (first_ != nullptr) Remove(*first_);
}

void ServerSession::StartDrain() {
  if (std::exchange(draining_, true)) return;
  nghttp2_submit_shutdown_notice(session_);
  nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
  options_.wake();
}

void ServerSession::FinishDrain() {
  if (std::exchange(drain_finished_, true)) return;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                        nullptr, 0);
  options_.wake();
}

ServerCall* ServerSession::Find(int stream) const {
  return static_cast<ServerCall*>(nghttp2_session_get_stream_user_data(session_, stream));
}

void ServerSession::OnBeginHeaders(int stream) {
  auto* const call = new ServerCall(*this, stream, options_.max_message_bytes);
  nghttp2_session_set_stream_user_data(session_, stream, call);
  call->next_ = first_;
  if (first_ != nullptr) first_->prev_ = call;
  first_ = call;
  ++calls_;
}

void ServerSession::OnFrame(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_PING && (frame.hd.flags & NGHTTP2_FLAG_ACK) != 0 && draining_) {
    return FinishDrain();
  }
  if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return;
  ServerCall* const call = Find(frame.hd.stream_id);
  if (call == nullptr) return;
  if (frame.hd.type == NGHTTP2_HEADERS && !call->headers_done_) OnHeaders(*call);
  if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) call->OnEndOfStream();
}

void ServerSession::OnHeaders(ServerCall& call) {
  call.headers_done_ = true;
  if (!call.is_post_) return Refuse(call, "405");
  if (!call.is_grpc_) return Refuse(call, "415");
  if (call.header_bytes_ > kMostHeaderBytes) {
    return call.Finish(absl::ResourceExhaustedError(
        absl::StrCat("headers: expected at most ", kMostHeaderBytes, " bytes, got more")));
  }
  if (call.encoding_ == Encoding::kUnknown) {
    return call.Finish(absl::UnimplementedError(
        "grpc-encoding: expected one of identity, deflate, gzip, got another"));
  }
  call.reader_.set_encoding(call.encoding_);
  call.handler_ = options_.accept(call);
  // It may have finished the call at once.
  if (call.finished_) call.handler_ = nullptr;
}

void ServerSession::OnFrameSent(const nghttp2_frame& frame) {
  if (!budget_.AllowsSent(frame)) {
    flooded_ = true;
    nghttp2_session_terminate_session(session_, NGHTTP2_ENHANCE_YOUR_CALM);
  }
  if (frame.hd.type != NGHTTP2_HEADERS || (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
  const ServerCall* const call = Find(frame.hd.stream_id);
  if (call == nullptr || call->end_of_stream_) return;
  // The answer came early; nothing of the rest of the request is wanted.
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, frame.hd.stream_id, NGHTTP2_NO_ERROR);
}

void ServerSession::OnStreamClosed(int stream) {
  if (ServerCall* const call = Find(stream); call != nullptr) Remove(*call);
}

void ServerSession::Remove(ServerCall& call) {
  (call.prev_ == nullptr ? first_ : call.prev_->next_) = call.next_;
  if (call.next_ != nullptr) call.next_->prev_ = call.prev_;
  --calls_;
  nghttp2_session_set_stream_user_data(session_, call.stream_, nullptr);
  call.OnClosed();
  delete &call;
}

void ServerSession::Respond(ServerCall& call, absl::Span<const Field> metadata) {
  absl::InlinedVector<nghttp2_nv, 8> fields = {
      StaticField({":status", "200"}), StaticField(kContentType), StaticField(kAcceptEncoding)};
  for (const Field& field : metadata) fields.push_back(CopiedField(field));
  nghttp2_data_provider body{};
  body.source.ptr = &call;
  body.read_callback = Callbacks::ReadBody;
  nghttp2_submit_response(session_, call.stream_, fields.data(), fields.size(), &body);
  options_.wake();
}

void ServerSession::Refuse(const ServerCall& call, const char* http_status) {
  const nghttp2_nv status = CopiedField({":status", http_status});
  nghttp2_submit_response(session_, call.stream_, &status, 1, nullptr);
}

void ServerSession::RespondWithTrailers(ServerCall& call) {
  FieldList fields = {StaticField({":status", "200"}), StaticField(kContentType),
                      StaticField(kAcceptEncoding)};
  const StatusFields status(call.status_, call.trailers_, fields);
  nghttp2_submit_response(session_, call.stream_, fields.data(), fields.size(), nullptr);
  options_.wake();
}

void ServerSession::SubmitTrailers(ServerCall& call) {
  FieldList fields;
  const StatusFields status(call.status_, call.trailers_, fields);
  nghttp2_submit_trailer(session_, call.stream_, fields.data(), fields.size());
}

void ServerSession::Resume(ServerCall& call) {
  if (!std::exchange(call.deferred_, false)) return;
  nghttp2_session_resume_data(session_, call.stream_);
  options_.wake();
}

void ServerSession::Consumed(const ServerCall& call, size_t stream_bytes) {
  nghttp2_session_consume_stream(session_, call.stream_, stream_bytes);
  options_.wake();
}

}  // namespace serin::http2
