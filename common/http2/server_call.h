#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/http2/message_reader.h"
#include "common/http2/metadata.h"

namespace serin::http2 {

class ServerCall;
class ServerSession;

// Who answers one call. All of it is called on the connection's loop. The handler owns itself; a
// ServerCall may be used until the handler has called Finish() or got OnCancelled(), and not after.
class CallHandler {
 public:
  virtual ~CallHandler() = default;
  // A message of the client, in its order.
  virtual void OnMessage(std::string message) = 0;
  // The client sends no more.
  virtual void OnHalfClosed() = 0;
  // Something that waited has been given to the connection; see unsent_bytes().
  virtual void OnSent() {}
  // The client has cancelled or is gone. The last call.
  virtual void OnCancelled() = 0;
};

// One gRPC call on a server's connection.
class ServerCall {
 public:
  ServerCall(const ServerCall&) = delete;
  ServerCall& operator=(const ServerCall&) = delete;

  // "/serin.v1.Predictor/Predict".
  std::string_view path() const { return path_; }
  // Without HTTP's own and gRPC's headers.
  const Metadata& metadata() const { return metadata_; }
  // What the client gives the call; nothing: no limit.
  std::optional<absl::Duration> timeout() const { return timeout_; }

  // The initial metadata, once, before the first message. Without it the first message sends one
  // that is empty.
  void SendHeaders(absl::Span<const Field> metadata);

  // Queues a message. Between BeginMessage() and EndMessage() the message is appended to the
  // string.
  void SendMessage(std::string_view message);
  std::string& BeginMessage();
  void EndMessage();

  // Queued and not yet given to the connection, as the client does not read. Whoever queues more
  // and more has to look at it.
  size_t unsent_bytes() const { return out_.size() - sent_; }

  // Ends the call after what is queued.
  void Finish(const absl::Status& status, absl::Span<const Field> trailers = {});

  // What the handler keeps of its requests and has built of them, in bytes, until it says something
  // else or the call ends: see ServerSession::Options::max_held_bytes.
  void SetKept(size_t bytes);

  // While paused, no OnMessage(), and the client is held back by flow control.
  void PauseReading() { paused_ = true; }
  // OnMessage() may be called from within.
  void ResumeReading();

 private:
  friend class ServerSession;

  ServerCall(ServerSession& session, int stream, size_t most_message)
      : session_(session), stream_(stream), reader_(most_message) {}
  ~ServerCall() = default;

  // From the session.
  void AddHeader(std::string_view name, std::string_view value);
  void OnData(std::string_view bytes);
  void OnEndOfStream();
  void OnClosed();
  // Gives the next `size` bytes of the answer to the connection.
  void CopyOut(std::string& target, size_t size);

  // Tells the session what this call holds now.
  void Recount();
  size_t Deliver(std::string_view bytes);
  void HalfClose();
  void Fail(const absl::Status& status);

  ServerSession& session_;
  const int stream_;
  ServerCall* next_ = nullptr;
  ServerCall* prev_ = nullptr;
  CallHandler* handler_ = nullptr;

  // The request.
  bool is_post_ = false;
  bool is_grpc_ = false;
  bool headers_done_ = false;
  bool end_of_stream_ = false;
  bool paused_ = false;
  bool delivering_ = false;
  bool half_closed_ = false;
  size_t header_bytes_ = 0;
  std::string path_;
  std::optional<absl::Duration> timeout_;
  Encoding encoding_ = Encoding::kIdentity;
  Metadata metadata_;
  MessageReader reader_;
  // Came while paused; its flow control window is not given back.
  std::string held_;
  // By the handler; and what the session was told in all.
  size_t kept_ = 0;
  size_t counted_ = 0;

  // The response.
  bool headers_sent_ = false;
  bool finished_ = false;
  bool deferred_ = false;
  bool trailers_queued_ = false;
  std::string out_;
  size_t sent_ = 0;
  size_t message_start_ = 0;
  absl::Status status_;
  Metadata trailers_;
};

}  // namespace serin::http2
