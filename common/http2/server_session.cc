#include "common/http2/server_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "common/http2/grpc_text.h"
#include "common/http2/nghttp2_fields.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"

namespace serin::http2 {
namespace {

// A client may reset so many streams at once, and so many a second: a server that hangs makes
// deadlines pass in thousands.
constexpr uint64_t kResetBurst = 50'000;
constexpr uint64_t kResetsPerSecond = 5'000;

constexpr Field kAcceptEncoding = {"grpc-accept-encoding", "identity,deflate,gzip"};
constexpr Field kContentType = {"content-type", "application/grpc"};

std::string_view View(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

// What nghttp2 calls; `user` is the session, the user data of a stream its call.
struct ServerSession::Callbacks {
  static ServerSession& Self(void* user) { return *static_cast<ServerSession*>(user); }

  static int BeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) Self(user).OnBeginHeaders(frame->hd.stream_id);
    return 0;
  }

  static int Header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                    size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                    void* user) {
    ServerCall* const call = Self(user).Find(frame->hd.stream_id);
    if (call != nullptr) call->AddHeader(View(name, name_size), View(value, value_size));
    return 0;
  }

  static int FrameReceived(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Self(user).OnFrame(*frame);
    return 0;
  }

  static int Data(nghttp2_session* session, uint8_t, int32_t stream, const uint8_t* data,
                  size_t size, void* user) {
    // A stream that is held back must not hold back the others.
    nghttp2_session_consume_connection(session, size);
    if (ServerCall* const call = Self(user).Find(stream)) call->OnData(View(data, size));
    return 0;
  }

  static int StreamClosed(nghttp2_session*, int32_t stream, uint32_t, void* user) {
    Self(user).OnStreamClosed(stream);
    return 0;
  }

  static int FrameSent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Self(user).OnFrameSent(*frame);
    return 0;
  }

  static ssize_t Send(nghttp2_session*, const uint8_t* data, size_t size, int, void* user) {
    ServerSession& self = Self(user);
    if (self.out_->size() >= self.most_) return NGHTTP2_ERR_WOULDBLOCK;
    self.out_->append(View(data, size));
    return static_cast<ssize_t>(size);
  }

  static ssize_t ReadBody(nghttp2_session*, int32_t stream, uint8_t*, size_t most, uint32_t* flags,
                          nghttp2_data_source* source, void* user) {
    ServerCall& call = *static_cast<ServerCall*>(source->ptr);
    const size_t size = std::min(most, call.unsent_bytes());
    if (size == call.unsent_bytes() && call.finished_) {
      *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
      Self(user).SubmitTrailers(call);
    } else if (size == 0) {
      call.deferred_ = true;
      return NGHTTP2_ERR_DEFERRED;
    } else if (call.handler_ != nullptr) {
      Self(user).sent_.push_back(stream);
    }
    if (size > 0) *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    return static_cast<ssize_t>(size);
  }

  static int SendBody(nghttp2_session*, nghttp2_frame*, const uint8_t* frame_head, size_t size,
                      nghttp2_data_source* source, void* user) {
    constexpr size_t kFrameHead = 9;
    std::string& out = *Self(user).out_;
    out.append(View(frame_head, kFrameHead));
    static_cast<ServerCall*>(source->ptr)->CopyOut(out, size);
    return 0;
  }

  static nghttp2_session_callbacks* Make() {
    nghttp2_session_callbacks* made = nullptr;
    SERIN_CHECK(nghttp2_session_callbacks_new(&made) == 0);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, BeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(made, Header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, FrameReceived);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, Data);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, StreamClosed);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, FrameSent);
    nghttp2_session_callbacks_set_send_callback(made, Send);
    nghttp2_session_callbacks_set_send_data_callback(made, SendBody);
    return made;
  }
};

ServerSession::ServerSession(Options options) : options_(std::move(options)) {
  static nghttp2_session_callbacks* const callbacks = Callbacks::Make();
  static nghttp2_option* const option = [] {
    nghttp2_option* made = nullptr;
    SERIN_CHECK(nghttp2_option_new(&made) == 0);
    nghttp2_option_set_no_auto_window_update(made, 1);
    nghttp2_option_set_no_closed_streams(made, 1);
    nghttp2_option_set_stream_reset_rate_limit(made, kResetBurst, kResetsPerSecond);
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
  nghttp2_session_terminate_session(
      session_, taken == NGHTTP2_ERR_FLOODED ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR);
  return false;
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
