#include "router/backends/adaptive_bound.h"

#include <algorithm>
#include <utility>

namespace serin::router {

void AdaptiveBound::Observe(absl::Duration reply_time, size_t items) {
  const double per_item =
      absl::ToDoubleSeconds(reply_time) / static_cast<double>(std::max<size_t>(items, 1));
  least_ = std::min(least_, per_item);
  if (++replies_ == kWindow) {
    former_least_ = std::exchange(least_, kNone);
    replies_ = 0;
  }
  const double steps = absl::FDivDuration(item_time(), kStep);
  value_ = 1 + static_cast<int>(std::min<double>(steps, kMost - 1));
}

}  // namespace serin::router
