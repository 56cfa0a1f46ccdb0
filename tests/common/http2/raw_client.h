#pragma once

#include <nghttp2/nghttp2.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace serin::http2::testing {

// What a client has got on one stream.
struct RawAnswer {
  std::map<std::string, std::string> fields;  // of all header blocks
  std::string body;
  int header_blocks = 0;
  bool closed = false;
  uint32_t error = 0;
};

// The call's grpc-status; "none" when it has none.
inline std::string StatusOf(const RawAnswer& answer) {
  const auto found = answer.fields.find("grpc-status");
  return found == answer.fields.end() ? "none" : found->second;
}

// A client's side of HTTP/2 on nghttp2, bytes in and bytes out, which can be told to misbehave: it
// reads nothing unless asked, resets, sends what it likes. Fails the test on its own errors.
class RawClient {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  // `window`: how many bytes of a stream (and, when it is larger than HTTP/2's default, of all) it
  // takes before it gives leave for more, which it does only with Consume().
  explicit RawClient(int window = 65'535);
  ~RawClient();
  RawClient(const RawClient&) = delete;

  // The headers of a gRPC call to `path`, and more.
  static Fields CallHeaders(const std::string& path, const Fields& more = {});

  // Opens a stream with these headers and this body; END_STREAM after it when `end`.
  int Send(const Fields& headers, std::string body, bool end = true);
  // More of a stream that was not ended.
  void SendMore(int stream, std::string body, bool end);
  void Reset(int stream, uint32_t code = NGHTTP2_CANCEL);
  void Ping();
  // Settings that set nothing.
  void Settings();
  // Gives leave for all that came on the stream and its connection.
  void Consume(int stream);

  // What it has to send.
  std::string TakeOutput();
  // What came from the server. False: it does not follow.
  bool Receive(std::string_view bytes);

  const RawAnswer& answer(int stream) { return answers_[stream]; }
  bool goaway() const { return goaway_; }
  uint32_t goaway_error() const { return goaway_error_; }
  int goaway_last_stream() const { return goaway_last_stream_; }
  int pongs() const { return pongs_; }
  // DATA frames still to be sent, as the server gives no leave.
  size_t unsent(int stream) const { return bodies_.at(stream).bytes.size(); }

 private:
  struct Body {
    std::string bytes;
    bool end = false;
    bool deferred = false;
  };
  struct Callbacks;

  nghttp2_session* session_ = nullptr;
  std::map<int, Body> bodies_;
  std::map<int, RawAnswer> answers_;
  std::map<int, size_t> consumed_;
  bool goaway_ = false;
  uint32_t goaway_error_ = 0;
  int goaway_last_stream_ = 0;
  int pongs_ = 0;
};

// A frame as it stands on the wire (RFC 9113 section 4.1), for what nghttp2 would not send.
std::string RawFrame(uint8_t type, uint8_t flags, int stream, std::string_view payload);

// A gRPC message with its prefix.
std::string Framed(std::string_view message, bool compressed = false);

// The messages of a body.
std::vector<std::string> Unframed(std::string_view body);

}  // namespace serin::http2::testing
