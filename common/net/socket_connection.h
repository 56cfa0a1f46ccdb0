#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/net/byte_session.h"
#include "common/net/event_loop.h"

namespace serin {

// Carries a session's bytes over a connected TCP socket, on one loop. All that the session has to
// send is written once a turn; while the peer does not take it, no more is asked of the session, so
// a peer that never reads costs a bounded amount of memory. Destroys itself when the connection
// ends. On the loop only.
class SocketConnection final : private FdHandler, private LoopTask {
 public:
  // Asked of the session at once, and the most that waits for a peer that does not read.
  static constexpr size_t kMostWaiting = 256 << 10;

  // Whether more is read while the peer does not take what waits for it. A server holds back such a
  // client, whose requests would make it queue ever more; a client must go on, or both could wait.
  enum class Reads { kAlways, kUnlessBlocked };

  // Takes the socket, which may still be connecting. `on_closed` is told after the session, when
  // this object is about to go.
  SocketConnection(EventLoop& loop, int fd, Reads reads,
                   std::function<void(SocketConnection&)> on_closed);

  // Once, before anything else.
  void Start(std::unique_ptr<ByteSession> session);

  // The session has something to send, or is done: looked at when the turn ends.
  void Wake();

  // Closes at the end of this turn, whatever is unsent. False: it did so already.
  bool Close(const absl::Status& why);

  // Bytes that the socket has taken.
  uint64_t sent() const { return sent_; }
  // The peer does not take what waits for it.
  bool blocked() const { return blocked_; }

  ByteSession& session() { return *session_; }
  EventLoop& loop() { return loop_; }

 private:
  ~SocketConnection();

  void OnReady(uint32_t events) override;
  void Run() override;
  void ReadSome();
  void OnPeerEnd();
  void WriteAll();
  bool WriteSome();
  // Tells the loop what is waited for now.
  void Rewatch();
  void Fail(const std::string& what);

  EventLoop& loop_;
  const int fd_;
  const Reads reads_;
  const std::function<void(SocketConnection&)> on_closed_;
  std::unique_ptr<ByteSession> session_;
  std::string out_;
  size_t written_ = 0;
  uint64_t sent_ = 0;
  bool queued_ = false;
  bool blocked_ = false;
  bool peer_ended_ = false;
  // The peer was told that no more comes.
  bool said_end_ = false;
  // The events that are waited for.
  uint32_t watched_ = 0;
  // No more is read; what is left to send is sent.
  bool ending_ = false;
  bool closed_ = false;
  absl::Status why_;
};

}  // namespace serin
