#pragma once

#include <memory>
#include <string>

#include "router/dispatch/routed_call.h"
#include "router/wire/predictor_codec.h"

namespace serin::router {

// The items of one PredictBatchRequest, with the bytes they are views of.
class RoutedBatch {
 public:
  // Takes the message. False: it is no PredictBatchRequest. Once.
  bool ReadHead(std::string message);
  // Reads the items; after ReadHead(). False: as above.
  bool ReadItems();

  uint64_t batch_id() const { return parts_.batch_id; }
  size_t size() const { return parts_.parts.size(); }
  // Of the message and what was read of it.
  size_t memory() const { return message_.size() + size() * sizeof(RoutedItem); }
  absl::Span<RoutedItem> items() const { return {items_.get(), size()}; }

 private:
  std::string message_;
  BatchParts parts_;
  std::unique_ptr<RoutedItem[]> items_;
};

}  // namespace serin::router
