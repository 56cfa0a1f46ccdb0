#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "router/backends/upstream.h"

namespace serin::router {

using Upstreams = std::vector<std::unique_ptr<Upstream>>;

// Power of two choices (Mitzenmacher 2001): of two different ready endpoints drawn with `random`,
// the one with fewer items in flight. Never `avoid` (null: none). Null when no endpoint is left.
Upstream* PickEndpoint(const Upstreams& endpoints, const Upstream* avoid, uint64_t random);

// A cheap per-thread pseudo-random number for PickEndpoint; not for secrets.
uint64_t CheapRandom();

}  // namespace serin::router
