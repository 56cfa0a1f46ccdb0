#pragma once

#include <nghttp2/nghttp2.h>

namespace serin::http2 {

// How much a client may ask for that is of no use, as each of it costs us work and the client next
// to nothing. Thread-compatible.
class FrameBudget {
 public:
  // Pings, settings and empty data (CVE-2019-9512, -9515, -9518): so many at once, and more
  // beside frames that are of use, as clients that measure the network send a ping or two a
  // message.
  static constexpr int kIdleFrames = 10'000;
  static constexpr int kIdlePerUseful = 10;
  static constexpr int kIdlePerTick = 10;
  // Calls that the client resets (CVE-2023-44487): a model server that hangs makes deadlines pass
  // in thousands.
  static constexpr int kResets = 50'000;
  static constexpr int kResetsPerTick = 500;
  // Frames that can only be answered by resetting their stream (CVE-2025-8671).
  static constexpr int kFaults = 10'000;
  static constexpr int kFaultsPerTick = 10;

  // False: it is used up, and the connection is to end.
  bool AllowsReceived(const nghttp2_frame& frame);
  bool AllowsSent(const nghttp2_frame& frame);
  // Ten times a second.
  void OnTick();

 private:
  int idle_ = kIdleFrames;
  int resets_ = kResets;
  int faults_ = kFaults;
};

}  // namespace serin::http2
