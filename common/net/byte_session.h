#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace serin {

// A protocol without its socket: bytes in, bytes out. Whoever holds the socket calls it, on one
// thread.
class ByteSession {
 public:
  virtual ~ByteSession() = default;

  // Takes what the peer sent. False: it cannot be followed any more, and the connection is to be
  // closed once what Produce() still gives has been sent.
  virtual bool Receive(std::string_view bytes) = 0;
  // Whether more may be received now. Those who always say so have other means against a peer that
  // sends too much.
  virtual bool wants_more() const { return true; }
  // The peer sends no more. True: it is still to be answered; false: the connection may be closed.
  virtual bool ReceiveEnd() { return false; }

  // Appends what is to be sent next to `out`: at most about `most` bytes, nothing when there is
  // nothing.
  virtual void Produce(std::string& out, size_t most) = 0;

  // Both sides have said all; the connection may be closed.
  virtual bool done() const = 0;
  // Nothing more will come from Produce(), which the peer may be told; if the connection is not
  // done all the same, it waits for the peer to end.
  virtual bool all_said() const { return done(); }

  // The connection is gone. Called once, the last call.
  virtual void OnClosed(const absl::Status& why) = 0;
};

}  // namespace serin
