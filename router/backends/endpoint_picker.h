#pragma once

#include <cstdint>

#include "router/backends/upstream.h"

namespace serin::router {

// Power of two choices (Mitzenmacher 2001): of two different ready endpoints drawn with `random`,
// the one whose EndpointQuality::Cost is lower. One that welcomes company and is about as good is
// taken before: what comes at one moment for a fast model shares a message, as a message costs more
// than an item of it, and the next moment draws anew. Ejected ones are left out while they are at
// most half of the ready ones; when more are to blame, the fault is not theirs and none is left
// out. Never `avoid` (null: none). Null when no endpoint is left.
Upstream* PickEndpoint(const Upstreams& endpoints, const Upstream* avoid, absl::Time now,
                       uint64_t random);

// A cheap per-thread pseudo-random number for PickEndpoint; not for secrets.
uint64_t CheapRandom();

}  // namespace serin::router
