#include "router/backends/endpoint_quality.h"

#include <algorithm>
#include <cmath>

namespace serin::router {
namespace {

constexpr std::memory_order kRelaxed = std::memory_order_relaxed;

// What the endpoint is to blame for; a deadline or overload only makes it slow.
bool IsFailure(absl::StatusCode code) {
  return code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kInternal ||
         code == absl::StatusCode::kUnknown || code == absl::StatusCode::kDataLoss;
}

double Fade(absl::Duration elapsed) {
  return std::exp(-std::max(0.0, absl::FDivDuration(elapsed, EndpointQuality::kMemory)));
}

}  // namespace

void EndpointQuality::Observe(absl::Time now, absl::Duration latency, absl::StatusCode code) {
  const bool failed = IsFailure(code);
  if (failed || code == absl::StatusCode::kResourceExhausted) {
    latency = std::max(latency, kFailureLatency);
  }
  const absl::Time before =
      absl::FromUnixNanos(observed_at_.exchange(absl::ToUnixNanos(now), kRelaxed));
  // Items that are done at one moment count too.
  const double kept = std::min(Fade(now - before), 1 - 1.0 / kRecentItems);
  const double seconds = absl::ToDoubleSeconds(latency);
  latency_.store(latency_.load(kRelaxed) * kept + seconds * (1 - kept), kRelaxed);
  CountFailure(now, failed);
}

void EndpointQuality::CountFailure(absl::Time now, bool failed) {
  constexpr double kShare = 1.0 / kRecentItems;
  const double rate = failure_rate_.load(kRelaxed) * (1 - kShare) + (failed ? kShare : 0);
  failure_rate_.store(rate, kRelaxed);
  if (items_.load(kRelaxed) < kRecentItems) {
    items_.fetch_add(1, kRelaxed);
  } else if (rate > kEjectAt && !ejected(now)) {
    Eject(now);
  }
}

void EndpointQuality::Eject(absl::Time now) {
  const absl::Time last_end = absl::FromUnixNanos(ejected_until_.load(kRelaxed));
  if (now - last_end > kLongestEjection) ejections_.store(0, kRelaxed);
  const int before = ejections_.fetch_add(1, kRelaxed);
  const absl::Duration time =
      std::min(kFirstEjection * (1 << std::min(before, 10)), absl::Duration(kLongestEjection));
  ejected_until_.store(absl::ToUnixNanos(now + time), kRelaxed);
  failure_rate_.store(0, kRelaxed);
  items_.store(0, kRelaxed);
  OnReady(now + time);
}

void EndpointQuality::OnReady(absl::Time now) {
  warm_from_.store(absl::ToUnixNanos(now), kRelaxed);
}

double EndpointQuality::Cost(size_t in_flight, absl::Time now) const {
  constexpr double kColdest = 0.1;
  const absl::Time observed_at = absl::FromUnixNanos(observed_at_.load(kRelaxed));
  const double latency = std::max(latency_.load(kRelaxed) * Fade(now - observed_at),
                                  absl::ToDoubleSeconds(kLeastLatency));
  const absl::Time warm_from = absl::FromUnixNanos(warm_from_.load(kRelaxed));
  const double warmth = std::clamp(absl::FDivDuration(now - warm_from, kWarmUp), kColdest, 1.0);
  return latency * static_cast<double>(in_flight + 1) / warmth;
}

bool EndpointQuality::ejected(absl::Time now) const {
  return absl::ToUnixNanos(now) < ejected_until_.load(kRelaxed);
}

}  // namespace serin::router
