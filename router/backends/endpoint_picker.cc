#include "router/backends/endpoint_picker.h"

#include "absl/container/inlined_vector.h"
#include "absl/time/clock.h"

namespace serin::router {

Upstream* PickEndpoint(const Upstreams& endpoints, const Upstream* avoid, uint64_t random) {
  absl::InlinedVector<Upstream*, 16> ready;
  for (const auto& endpoint : endpoints) {
    if (endpoint.get() != avoid && endpoint->ready()) ready.push_back(endpoint.get());
  }
  if (ready.empty()) return nullptr;
  if (ready.size() == 1) return ready.front();
  const size_t first = (random >> 32) % ready.size();
  const size_t step = 1 + (random & 0xFFFFFFFF) % (ready.size() - 1);
  const size_t second = (first + step) % ready.size();
  return ready[second]->in_flight() < ready[first]->in_flight() ? ready[second] : ready[first];
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
