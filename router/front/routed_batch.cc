#include "router/front/routed_batch.h"

#include <utility>

namespace serin::router {

bool RoutedBatch::ReadHead(std::string message) {
  message_ = std::move(message);
  return ReadBatchRequest(message_, parts_);
}

bool RoutedBatch::ReadItems() {
  items_ = std::make_unique<RoutedItem[]>(size());
  for (size_t i = 0; i < size(); ++i) {
    if (!ReadRequest(parts_.parts[i], items_[i])) return false;
  }
  return true;
}

}  // namespace serin::router
