#pragma once

#include <nghttp2/nghttp2.h>

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/http2/message_reader.h"
#include "common/net/byte_session.h"

namespace serin::http2 {

// Who made a ClientStream. Called on its loop.
class ClientStreamHandler {
 public:
  // The server has begun to speak HTTP/2. Once, before all else but OnEnd().
  virtual void OnEstablished() = 0;
  virtual void OnMessage(std::string message) = 0;
  // The server wants the connection to end; the stream goes on for a while.
  virtual void OnGoaway() = 0;
  // The stream is over: with its status, OK when the server refused it without having read any of
  // it, or UNAVAILABLE when the connection was lost. The last call.
  virtual void OnEnd(const absl::Status& status) = 0;

 protected:
  ~ClientStreamHandler() = default;
};

// One bidirectional gRPC call from the client's side, alone on its connection, on nghttp2, without
// a socket. On one thread.
class ClientStream final : public ByteSession {
 public:
  struct Options {
    // host:port, for :authority.
    std::string authority;
    // "/serin.v1.Predictor/PredictStream".
    std::string path;
    size_t max_message_bytes = 64 << 20;
    // There is something to send, though nothing was received.
    std::function<void()> wake;
  };

  // `handler` must live until OnEnd().
  ClientStream(Options options, ClientStreamHandler& handler);
  ~ClientStream() override;

  // Queues a message: between the two it is appended to the string.
  std::string& BeginMessage();
  void EndMessage();
  // No message will follow; the server ends the stream when it has answered.
  void HalfClose();

  bool Receive(std::string_view bytes) override;
  void Produce(std::string& out, size_t most) override;
  bool done() const override;
  void OnClosed(const absl::Status& why) override;

 private:
  struct Callbacks;

  static constexpr int kStreamWindow = 4 << 20;
  static constexpr int kConnectionWindow = 16 << 20;

  size_t unsent() const { return out_.size() - sent_; }
  void AddHeader(std::string_view name, std::string_view value);
  void OnData(std::string_view bytes);
  void OnStreamClosed(uint32_t error);
  void End(const absl::Status& status);
  void Resume();

  const Options options_;
  ClientStreamHandler* handler_;
  nghttp2_session* session_ = nullptr;
  int stream_ = 0;
  MessageReader reader_;

  std::string out_;
  size_t sent_ = 0;
  size_t message_start_ = 0;
  bool deferred_ = false;
  bool half_closed_ = false;

  // What the server's headers and trailers said.
  int http_status_ = 0;
  int grpc_status_ = -1;
  std::string grpc_message_;

  bool established_ = false;
  bool ended_ = false;
  bool broken_ = false;
  // While Produce() runs.
  std::string* target_ = nullptr;
  size_t most_ = 0;
};

}  // namespace serin::http2
