#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace serin::router {

// How an endpoint has done of late, for choosing between the endpoints of a version:
//
// - cost: an exponentially weighted average of its latency with kMemory as its time constant, in
//   which a failure counts as kFailureLatency, so that failing fast never attracts traffic (as in
//   Finagle's and Linkerd's EWMA balancers). It fades when nothing is sent, so that an endpoint
//   gets another chance;
// - slow start: for kWarmUp after it became ready or an ejection ended, its cost is raised, at
// first
//   tenfold, so that traffic comes gradually;
// - ejection (as Envoy's outlier detection): from kEjectAt of its recent items failed it is to be
//   left alone for kFirstEjection, twice as long each further time, at most kLongestEjection.
//
// Thread-safe and lock-free: of two observations at the same moment one may be lost.
class EndpointQuality {
 public:
  static constexpr absl::Duration kMemory = absl::Seconds(5);
  static constexpr absl::Duration kFailureLatency = absl::Seconds(1);
  // Below it differences between endpoints are noise.
  static constexpr absl::Duration kLeastLatency = absl::Milliseconds(1);
  static constexpr absl::Duration kWarmUp = absl::Seconds(5);
  static constexpr absl::Duration kFirstEjection = absl::Seconds(5);
  static constexpr absl::Duration kLongestEjection = absl::Seconds(60);
  static constexpr double kEjectAt = 0.3;
  // The failure rate is an average of about so many items; fewer eject nobody.
  static constexpr int kRecentItems = 20;

  // An item that was sent to the endpoint is done, `latency` after it left.
  void Observe(absl::Time now, absl::Duration latency, absl::StatusCode code);

  // It has become ready.
  void OnReady(absl::Time now);

  // Grows with the time that one more item is expected to take.
  double Cost(size_t in_flight, absl::Time now) const;

  bool ejected(absl::Time now) const;

 private:
  void CountFailure(absl::Time now, bool failed);
  void Eject(absl::Time now);

  // Times in nanoseconds since the Unix epoch, latencies in seconds.
  std::atomic<double> latency_{0};
  std::atomic<int64_t> observed_at_{0};
  std::atomic<double> failure_rate_{0};
  std::atomic<int> items_{0};
  std::atomic<int64_t> warm_from_{0};
  std::atomic<int64_t> ejected_until_{0};
  std::atomic<int> ejections_{0};
};

}  // namespace serin::router
