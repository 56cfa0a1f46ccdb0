#include "benchmarks/load/unary_calls.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "common/http2/grpc_text.h"
#include "common/http2/length_prefix.h"
#include "common/http2/nghttp2_fields.h"
#include "common/status/check.h"

namespace serin::load {
namespace {

constexpr int kConnectionWindow = 16 << 20;

std::string Prefixed(const std::string& request) {
  std::string message;
  const size_t start = http2::BeginPrefixed(message);
  message += request;
  http2::EndPrefixed(start, message);
  return message;
}

}  // namespace

struct UnaryCalls::Callbacks {
  static UnaryCalls& Self(void* user) { return *static_cast<UnaryCalls*>(user); }

  static int Header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                    size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                    void* user) {
    const std::string_view field(reinterpret_cast<const char*>(name), name_size);
    if (field != "grpc-status") return 0;
    const auto call = Self(user).calls_.find(frame->hd.stream_id);
    if (call != Self(user).calls_.end()) call->second.ok = value_size == 1 && *value == '0';
    return 0;
  }

  static int FrameReceived(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) Self(user).retired_ = true;
    return 0;
  }

  static int StreamClosed(nghttp2_session*, int32_t stream, uint32_t, void* user) {
    Self(user).End(stream);
    return 0;
  }

  static ssize_t Send(nghttp2_session*, const uint8_t* data, size_t size, int, void* user) {
    UnaryCalls& self = Self(user);
    if (self.target_->size() >= self.most_) return NGHTTP2_ERR_WOULDBLOCK;
    self.target_->append(reinterpret_cast<const char*>(data), size);
    return static_cast<ssize_t>(size);
  }

  static ssize_t ReadBody(nghttp2_session*, int32_t stream, uint8_t* out, size_t most,
                          uint32_t* flags, nghttp2_data_source*, void* user) {
    UnaryCalls& self = Self(user);
    State& call = self.calls_.find(stream)->second;
    const size_t size = std::min(most, self.message_.size() - call.sent);
    std::memcpy(out, self.message_.data() + call.sent, size);
    call.sent += size;
    if (call.sent == self.message_.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }

  static nghttp2_session_callbacks* Make() {
    nghttp2_session_callbacks* made = nullptr;
    SERIN_CHECK(nghttp2_session_callbacks_new(&made) == 0);
    nghttp2_session_callbacks_set_on_header_callback(made, Header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, FrameReceived);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, StreamClosed);
    nghttp2_session_callbacks_set_send_callback(made, Send);
    return made;
  }
};

UnaryCalls::UnaryCalls(Options options)
    : options_(std::move(options)),
      message_(Prefixed(options_.request)),
      timeout_(http2::FormatTimeout(options_.timeout)) {
  static nghttp2_session_callbacks* const callbacks = Callbacks::Make();
  SERIN_CHECK(nghttp2_session_client_new(&session_, callbacks, this) == 0);
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                             {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  SERIN_CHECK(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings)) ==
              0);
  SERIN_CHECK(nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                                    kConnectionWindow) == 0);
}

UnaryCalls::~UnaryCalls() { nghttp2_session_del(session_); }

void UnaryCalls::Call(absl::Time due) {
  const nghttp2_nv fields[] = {http2::StaticField({":method", "POST"}),
                               http2::StaticField({":scheme", "http"}),
                               http2::StaticField({":path", options_.path}),
                               http2::StaticField({":authority", options_.authority}),
                               http2::StaticField({"content-type", "application/grpc"}),
                               http2::StaticField({"te", "trailers"}),
                               http2::StaticField({"grpc-timeout", timeout_})};
  nghttp2_data_provider body{};
  body.read_callback = Callbacks::ReadBody;
  const int32_t stream =
      nghttp2_submit_request(session_, nullptr, fields, std::size(fields), &body, nullptr);
  if (stream < 0) return options_.on_answer(due, false);
  calls_.emplace(stream, State{due});
}

void UnaryCalls::Expire(absl::Time now) {
  std::vector<int32_t> late;
  for (const auto& [stream, call] : calls_) {
    if (now - call.due > options_.timeout) late.push_back(stream);
  }
  for (const int32_t stream : late) {
    calls_.find(stream)->second.ok = false;
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
  }
}

void UnaryCalls::End(int32_t stream) {
  const auto node = calls_.extract(stream);
  if (!node.empty()) options_.on_answer(node.mapped().due, node.mapped().ok);
}

bool UnaryCalls::Receive(std::string_view bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  broken_ = broken_ || taken < 0;
  return !broken_;
}

void UnaryCalls::Produce(std::string& out, size_t most) {
  target_ = &out;
  most_ = most;
  if (nghttp2_session_send(session_) != 0) broken_ = true;
  target_ = nullptr;
}

bool UnaryCalls::done() const {
  return broken_ || (retired_ && calls_.empty()) ||
         (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0);
}

void UnaryCalls::OnClosed(const absl::Status&) {
  for (const auto& [stream, call] : calls_) options_.on_answer(call.due, false);
  calls_.clear();
}

}  // namespace serin::load
