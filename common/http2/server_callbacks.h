#pragma once

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "common/http2/server_call.h"
#include "common/http2/server_session.h"
#include "common/status/check.h"

namespace serin::http2 {

// A part of server_session.cc, and of nothing else.
//
// What nghttp2 calls; `user` is the session, the user data of a stream its call.
struct ServerSession::Callbacks {
  static std::string_view View(const uint8_t* bytes, size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
  }

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
    if (!Self(user).Account(*frame)) return NGHTTP2_ERR_CALLBACK_FAILURE;
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
    if (out.size() >= Self(user).most_) return NGHTTP2_ERR_WOULDBLOCK;
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

}  // namespace serin::http2
