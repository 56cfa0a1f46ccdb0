#include "stream-client/pipeline/adaptive_batch_size.h"

#include <algorithm>

namespace serin::stream {

AdaptiveBatchSize::AdaptiveBatchSize(BatchSizeBounds bounds)
    : bounds_(bounds),
      records_(bounds.target == absl::ZeroDuration()
                   ? bounds.max_records
                   : std::min(bounds.min_records, bounds.max_records)) {}

void AdaptiveBatchSize::OnScored(size_t records, absl::Duration took) {
  if (bounds_.target == absl::ZeroDuration()) return;
  if (took > bounds_.target) {
    const double share = std::max(absl::FDivDuration(bounds_.target, took), 0.5);
    const auto smaller = static_cast<size_t>(static_cast<double>(records) * share);
    records_ = std::min(records_, std::max({smaller, bounds_.min_records, size_t{1}}));
  } else if (records >= records_) {
    records_ = std::min(records_ + std::max<size_t>(records_ / 8, 1), bounds_.max_records);
  }
}

}  // namespace serin::stream
