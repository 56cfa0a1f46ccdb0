#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace serin::model_server {

// When items that wait for a model are put together to a batch, for a backend to which ten items in
// one call cost less than ten calls.
struct BatchingPolicy {
  size_t max_items = 1;        // of one batch
  size_t preferred_items = 1;  // a batch starts as soon as so many wait; at most max_items
  absl::Duration max_delay;    // or when the first has waited so long
};

// How many of `waiting` items start as a batch now, from the front; 0: none yet. `waited` is how
// long the first has waited. A batch that starts before its first item's delay is over has a
// multiple of the preferred size. Pure.
inline size_t ItemsDue(const BatchingPolicy& policy, size_t waiting, absl::Duration waited) {
  if (waiting >= policy.max_items) return policy.max_items;
  if (waited >= policy.max_delay) return waiting;
  return waiting - waiting % policy.preferred_items;
}

}  // namespace serin::model_server
