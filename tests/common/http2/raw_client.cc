#include "tests/common/http2/raw_client.h"

#include <algorithm>
#include <cstring>

#include "common/status/check.h"

namespace serin::http2::testing {
namespace {

std::string_view View(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

struct RawClient::Callbacks {
  static RawClient& Self(void* user) { return *static_cast<RawClient*>(user); }

  static int Header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                    size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                    void* user) {
    RawAnswer& answer = Self(user).answers_[frame->hd.stream_id];
    answer.fields[std::string(View(name, name_size))] = View(value, value_size);
    return 0;
  }
  static int FrameReceived(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    RawClient& self = Self(user);
    if (frame->hd.type == NGHTTP2_HEADERS) ++self.answers_[frame->hd.stream_id].header_blocks;
    if (frame->hd.type == NGHTTP2_PING) self.pongs_ += (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      self.goaway_ = true;
      self.goaway_error_ = frame->goaway.error_code;
      self.goaway_last_stream_ = frame->goaway.last_stream_id;
    }
    return 0;
  }
  static int Data(nghttp2_session*, uint8_t, int32_t stream, const uint8_t* data, size_t size,
                  void* user) {
    Self(user).answers_[stream].body.append(View(data, size));
    return 0;
  }
  static int StreamClosed(nghttp2_session*, int32_t stream, uint32_t error, void* user) {
    Self(user).answers_[stream].closed = true;
    Self(user).answers_[stream].error = error;
    return 0;
  }
  static ssize_t ReadBody(nghttp2_session*, int32_t, uint8_t* buffer, size_t most, uint32_t* flags,
                          nghttp2_data_source* source, void*) {
    Body& body = *static_cast<Body*>(source->ptr);
    const size_t size = std::min(most, body.bytes.size());
    std::memcpy(buffer, body.bytes.data(), size);
    body.bytes.erase(0, size);
    if (body.bytes.empty() && body.end) *flags |= NGHTTP2_DATA_FLAG_EOF;
    body.deferred = size == 0 && !body.end;
    return body.deferred ? static_cast<ssize_t>(NGHTTP2_ERR_DEFERRED) : static_cast<ssize_t>(size);
  }
};

RawClient::RawClient(int window) {
  nghttp2_session_callbacks* callbacks = nullptr;
  SERIN_CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::Header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::FrameReceived);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::Data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::StreamClosed);
  nghttp2_option* option = nullptr;
  SERIN_CHECK(nghttp2_option_new(&option) == 0);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_peer_max_concurrent_streams(option, 1 << 20);
  SERIN_CHECK(nghttp2_session_client_new2(&session_, callbacks, this, option) == 0);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<uint32_t>(window)}};
  SERIN_CHECK(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, 1) == 0);
  if (window > NGHTTP2_INITIAL_CONNECTION_WINDOW_SIZE) {
    SERIN_CHECK(nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, window) == 0);
  }
}

RawClient::~RawClient() { nghttp2_session_del(session_); }

RawClient::Fields RawClient::CallHeaders(const std::string& path, const Fields& more) {
  Fields fields = {{":method", "POST"},
                   {":scheme", "http"},
                   {":path", path},
                   {":authority", "test"},
                   {"content-type", "application/grpc"},
                   {"te", "trailers"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

int RawClient::Send(const Fields& headers, std::string body, bool end) {
  std::vector<nghttp2_nv> fields;
  for (const auto& [name, value] : headers) {
    fields.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                      reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(),
                      value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  const int stream = static_cast<int>(nghttp2_session_get_next_stream_id(session_));
  Body& kept = bodies_[stream] = {.bytes = std::move(body), .end = end};
  nghttp2_data_provider provider{};
  provider.source.ptr = &kept;
  provider.read_callback = Callbacks::ReadBody;
  SERIN_CHECK(nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(), &provider,
                                     nullptr) == stream);
  return stream;
}

void RawClient::SendMore(int stream, std::string body, bool end) {
  Body& kept = bodies_.at(stream);
  kept.bytes.append(body);
  kept.end = end;
  if (kept.deferred) nghttp2_session_resume_data(session_, stream);
}

void RawClient::Reset(int stream, uint32_t code) {
  SERIN_CHECK(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, code) == 0);
}

void RawClient::Ping() {
  SERIN_CHECK(nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr) == 0);
}

void RawClient::Settings() {
  SERIN_CHECK(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0) == 0);
}

void RawClient::Consume(int stream) {
  size_t& consumed = consumed_[stream];
  const size_t all = answers_[stream].body.size();
  SERIN_CHECK(nghttp2_session_consume(session_, stream, all - consumed) == 0);
  consumed = all;
}

std::string RawClient::TakeOutput() {
  std::string output;
  while (true) {
    const uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
    SERIN_CHECK(size >= 0);
    if (size == 0) return output;
    output.append(View(bytes, static_cast<size_t>(size)));
  }
}

bool RawClient::Receive(std::string_view bytes) {
  return nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(bytes.data()),
                                  bytes.size()) >= 0;
}

std::string RawFrame(uint8_t type, uint8_t flags, int stream, std::string_view payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(payload.size() >> shift);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift);
  return frame.append(payload);
}

std::string Framed(std::string_view message, bool compressed) {
  std::string framed(5, '\0');
  framed[0] = compressed ? 1 : 0;
  for (size_t i = 0; i < 4; ++i) framed[1 + i] = static_cast<char>(message.size() >> (24 - 8 * i));
  return framed.append(message.data(), message.size());
}

std::vector<std::string> Unframed(std::string_view body) {
  std::vector<std::string> messages;
  while (body.size() >= 5) {
    size_t size = 0;
    for (size_t i = 1; i < 5; ++i) size = size << 8 | static_cast<uint8_t>(body[i]);
    messages.emplace_back(body.substr(5, size));
    body.remove_prefix(std::min(body.size(), 5 + size));
  }
  return messages;
}

}  // namespace serin::http2::testing
