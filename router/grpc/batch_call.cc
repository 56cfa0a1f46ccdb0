#include "router/grpc/batch_call.h"

#include "absl/strings/str_cat.h"
#include "router/grpc/prediction_messages.h"

namespace serin::router {

BatchCall::BatchCall(const v1::PredictBatchRequest& request, absl::Time deadline_in)
    : request_(request),
      storage_(std::make_unique<RoutedItem[]>(static_cast<size_t>(request.items_size()))) {
  items = absl::MakeSpan(storage_.get(), static_cast<size_t>(request.items_size()));
  deadline = deadline_in;
  for (size_t i = 0; i < items.size(); ++i) {
    FillItem(request.items(static_cast<int>(i)), items[i]);
  }
}

void BatchCall::FillResponse(v1::PredictBatchResponse& response) const {
  response.set_batch_id(request_.batch_id());
  response.mutable_results()->Reserve(request_.items_size());
  for (size_t i = 0; i < items.size(); ++i) {
    FillResult(items[i], request_.items(static_cast<int>(i)).request_id(), *response.add_results());
  }
}

absl::Status CheckBatchSize(const v1::PredictBatchRequest& request, size_t most) {
  const auto items = static_cast<size_t>(request.items_size());
  if (items <= most) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("items: expected at most ", most, " items a batch, got ", items));
}

}  // namespace serin::router
