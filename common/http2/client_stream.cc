#include "common/http2/client_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/http2/grpc_text.h"
#include "common/http2/length_prefix.h"
#include "common/http2/nghttp2_fields.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"

namespace serin::http2 {
namespace {

// The last of the canonical codes, UNAUTHENTICATED.
constexpr int kLastCode = 16;

// What is left over of messages already sent is dropped once it is this long.
constexpr size_t kDropSent = 256 << 10;

std::string_view View(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

struct ClientStream::Callbacks {
  static ClientStream& Self(void* user) { return *static_cast<ClientStream*>(user); }

  static int Header(nghttp2_session*, const nghttp2_frame*, const uint8_t* name, size_t name_size,
                    const uint8_t* value, size_t value_size, uint8_t, void* user) {
    Self(user).AddHeader(View(name, name_size), View(value, value_size));
    return 0;
  }

  static int FrameReceived(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    ClientStream& self = Self(user);
    if (self.handler_ == nullptr) return 0;
    // A server's first frame is SETTINGS; nghttp2 sees to it.
    if (!std::exchange(self.established_, true)) self.handler_->OnEstablished();
    if (frame->hd.type == NGHTTP2_GOAWAY) self.handler_->OnGoaway();
    return 0;
  }

  static int Data(nghttp2_session*, uint8_t, int32_t, const uint8_t* data, size_t size,
                  void* user) {
    Self(user).OnData(View(data, size));
    return 0;
  }

  static int StreamClosed(nghttp2_session*, int32_t, uint32_t error, void* user) {
    Self(user).OnStreamClosed(error);
    return 0;
  }

  static ssize_t Send(nghttp2_session*, const uint8_t* data, size_t size, int, void* user) {
    ClientStream& self = Self(user);
    if (self.target_->size() >= self.most_) return NGHTTP2_ERR_WOULDBLOCK;
    self.target_->append(View(data, size));
    return static_cast<ssize_t>(size);
  }

  static ssize_t ReadBody(nghttp2_session*, int32_t, uint8_t*, size_t most, uint32_t* flags,
                          nghttp2_data_source*, void* user) {
    ClientStream& self = Self(user);
    const size_t size = std::min(most, self.unsent());
    if (size == self.unsent() && self.half_closed_) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
    } else if (size == 0) {
      self.deferred_ = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    if (size > 0) *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    return static_cast<ssize_t>(size);
  }

  static int SendBody(nghttp2_session*, nghttp2_frame*, const uint8_t* frame_head, size_t size,
                      nghttp2_data_source*, void* user) {
    constexpr size_t kFrameHead = 9;
    ClientStream& self = Self(user);
    self.target_->append(View(frame_head, kFrameHead));
    self.target_->append(self.out_, self.sent_, size);
    self.sent_ += size;
    return 0;
  }

  static nghttp2_session_callbacks* Make() {
    nghttp2_session_callbacks* made = nullptr;
    SERIN_CHECK(nghttp2_session_callbacks_new(&made) == 0);
    nghttp2_session_callbacks_set_on_header_callback(made, Header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, FrameReceived);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, Data);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, StreamClosed);
    nghttp2_session_callbacks_set_send_callback(made, Send);
    nghttp2_session_callbacks_set_send_data_callback(made, SendBody);
    return made;
  }
};

ClientStream::ClientStream(Options options, ClientStreamHandler& handler)
    : options_(std::move(options)), handler_(&handler), reader_(options_.max_message_bytes) {
  static nghttp2_session_callbacks* const callbacks = Callbacks::Make();
  SERIN_CHECK(nghttp2_session_client_new(&session_, callbacks, this) == 0);
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                             {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
                                             {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  SERIN_CHECK(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings)) ==
              0);
  SERIN_CHECK(nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                                    kConnectionWindow) == 0);
  const nghttp2_nv fields[] = {CopiedField({":method", "POST"}),
                               CopiedField({":scheme", "http"}),
                               CopiedField({":path", options_.path}),
                               CopiedField({":authority", options_.authority}),
                               CopiedField({"content-type", "application/grpc"}),
                               CopiedField({"te", "trailers"})};
  nghttp2_data_provider body{};
  body.read_callback = Callbacks::ReadBody;
  stream_ = nghttp2_submit_request(session_, nullptr, fields, std::size(fields), &body, nullptr);
  SERIN_CHECK(stream_ > 0);
}

ClientStream::~ClientStream() { nghttp2_session_del(session_); }

std::string& ClientStream::BeginMessage() {
  if (sent_ == out_.size() || sent_ > kDropSent) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
  message_start_ = BeginPrefixed(out_);
  return out_;
}

void ClientStream::EndMessage() {
  EndPrefixed(message_start_, out_);
  Resume();
}

void ClientStream::HalfClose() {
  half_closed_ = true;
  Resume();
}

void ClientStream::Resume() {
  if (std::exchange(deferred_, false)) nghttp2_session_resume_data(session_, stream_);
  options_.wake();
}

bool ClientStream::Receive(std::string_view bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  broken_ = broken_ || taken < 0;
  return !broken_;
}

void ClientStream::Produce(std::string& out, size_t most) {
  target_ = &out;
  most_ = most;
  if (nghttp2_session_send(session_) != 0) broken_ = true;
  target_ = nullptr;
}

bool ClientStream::done() const {
  return ended_ || broken_ ||
         (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0);
}

void ClientStream::OnClosed(const absl::Status& why) {
  End(absl::UnavailableError(AbslView(StdView(why.message()))));
}

void ClientStream::AddHeader(std::string_view name, std::string_view value) {
  int* const number = name == ":status"       ? &http_status_
                      : name == "grpc-status" ? &grpc_status_
                                              : nullptr;
  if (number != nullptr && !absl::SimpleAtoi(AbslView(value), number)) *number = -1;
  if (name == "grpc-message") grpc_message_ = PercentDecode(value);
  if (name == "grpc-encoding") reader_.set_encoding(EncodingOf(value));
}

void ClientStream::OnData(std::string_view bytes) {
  while (!bytes.empty() && handler_ != nullptr) {
    const absl::StatusOr<size_t> taken = reader_.Add(bytes);
    if (!taken.ok()) {
      broken_ = true;
      return End(taken.status());
    }
    bytes.remove_prefix(*taken);
    if (reader_.complete()) handler_->OnMessage(reader_.Take());
  }
}

void ClientStream::OnStreamClosed(uint32_t error) {
  const bool unread = error == NGHTTP2_REFUSED_STREAM && http_status_ == 0;
  if (grpc_status_ == 0 || unread) return End(absl::OkStatus());
  if (grpc_status_ > 0 && grpc_status_ <= kLastCode) {
    return End(absl::Status(static_cast<absl::StatusCode>(grpc_status_), grpc_message_));
  }
  End(absl::UnavailableError(absl::StrCat("the stream ended without a status (HTTP ", http_status_,
                                          ", ", nghttp2_http2_strerror(error), ")")));
}

void ClientStream::End(const absl::Status& status) {
  ended_ = true;
  if (handler_ != nullptr) std::exchange(handler_, nullptr)->OnEnd(status);
}

}  // namespace serin::http2
