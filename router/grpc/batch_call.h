#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "router/dispatch/request_router.h"
#include "router/dispatch/routed_call.h"
#include "serin/v1/predictor.pb.h"

namespace serin::router {

// The items of one batch of a caller on their way; the base of PredictBatch's and PredictStream's
// calls.
class BatchCall : public RoutedCall {
 protected:
  // `request` must live until OnAnswered().
  BatchCall(const v1::PredictBatchRequest& request, absl::Time deadline_in);

  // One result an item, in their order. After OnAnswered() has been called.
  void FillResponse(v1::PredictBatchResponse& response) const;

 private:
  const v1::PredictBatchRequest& request_;
  const std::unique_ptr<RoutedItem[]> storage_;
};

// RESOURCE_EXHAUSTED when a batch has more than `most` items.
absl::Status CheckBatchSize(const v1::PredictBatchRequest& request, size_t most);

}  // namespace serin::router
