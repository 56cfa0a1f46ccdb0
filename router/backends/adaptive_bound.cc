#include "router/backends/adaptive_bound.h"

#include <algorithm>

namespace serin::router {

void AdaptiveBound::Observe(absl::Duration reply_time, size_t items) {
  constexpr double kGain = 1.0 / 8;
  const double gain = items_ == 0 ? 1 : kGain;
  reply_seconds_ += gain * (absl::ToDoubleSeconds(reply_time) - reply_seconds_);
  items_ += gain * (static_cast<double>(items) - items_);
  const double steps = reply_seconds_ / std::max(items_, 1.0) / absl::ToDoubleSeconds(kStep);
  value_ = 1 + static_cast<int>(std::min<double>(steps, kMost - 1));
}

}  // namespace serin::router
