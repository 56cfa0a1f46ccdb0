#include "router/backends/endpoint_picker.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "absl/time/clock.h"

namespace serin::router {

namespace {

using Candidates = absl::InlinedVector<Upstream*, 16>;

// An endpoint in company may be so much worse than one that was drawn; leaving in-flight aside.
constexpr double kCompanyCosts = 2;

void LeaveOutEjected(Candidates& ready, absl::Time now) {
  const auto end = std::stable_partition(ready.begin(), ready.end(), [&](const Upstream* one) {
    return !one->quality().ejected(now);
  });
  if (2 * (ready.end() - end) <= static_cast<ptrdiff_t>(ready.size()))
    ready.erase(end, ready.end());
}

Upstream* DrawOfTwo(const Candidates& ready, absl::Time now, uint64_t random) {
  const size_t first = (random >> 32) % ready.size();
  const size_t step = 1 + (random & 0xFFFFFFFF) % (ready.size() - 1);
  const size_t second = (first + step) % ready.size();
  const auto cost = [&](size_t i) { return ready[i]->quality().Cost(ready[i]->in_flight(), now); };
  return cost(second) < cost(first) ? ready[second] : ready[first];
}

}  // namespace

Upstream* PickEndpoint(const Upstreams& endpoints, const Upstream* avoid, absl::Time now,
                       uint64_t random) {
  Candidates ready;
  for (const auto& endpoint : endpoints) {
    if (endpoint->ready()) ready.push_back(endpoint.get());
  }
  if (ready.size() > 1) LeaveOutEjected(ready, now);
  ready.erase(std::remove(ready.begin(), ready.end(), avoid), ready.end());
  if (ready.empty()) return nullptr;
  if (ready.size() == 1) return ready.front();
  Upstream& drawn = *DrawOfTwo(ready, now, random);
  const double most = kCompanyCosts * drawn.quality().Cost(0, now);
  for (Upstream* one : ready) {
    if (one->welcomes_company() && one->quality().Cost(0, now) <= most) return one;
  }
  return &drawn;
}

uint64_t CheapRandom() {
  // xorshift64* (Vigna 2016).
  thread_local uint64_t state =
      (static_cast<uint64_t>(absl::GetCurrentTimeNanos()) ^ reinterpret_cast<uintptr_t>(&state)) |
      1;
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1DULL;
}

}  // namespace serin::router
