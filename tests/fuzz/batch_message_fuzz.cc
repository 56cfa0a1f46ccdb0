// The model server's own reading of a batch finds what protobuf finds.
#include <algorithm>
#include <string>
#include <vector>

#include "common/status/check.h"
#include "model-server/wire/batch_message.h"
#include "serin/v1/predictor.pb.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

constexpr size_t kMaxItems = 64;

using ::serin::model_server::BatchHead;
using ::serin::model_server::Query;
using ::serin::v1::PredictBatchRequest;

void CheckSame(const BatchHead& head, const std::vector<Query>& queries,
               const PredictBatchRequest& batch) {
  SERIN_CHECK(head.batch_id == batch.batch_id());
  SERIN_CHECK(head.items == static_cast<size_t>(batch.items_size()));
  SERIN_CHECK(queries.size() == std::min(head.items, kMaxItems));
  for (size_t i = 0; i < queries.size(); ++i) {
    const auto& item = batch.items(static_cast<int>(i));
    SERIN_CHECK(queries[i].text == item.text() && queries[i].model == item.model() &&
                queries[i].version == item.model_version() &&
                queries[i].request_id == item.request_id());
  }
}

}  // namespace

// Items beyond the limit are counted and not read, so only up to it both say the same.
SERIN_FUZZ(input) {
  PredictBatchRequest batch;
  const bool valid = batch.ParseFromArray(input.data(), static_cast<int>(input.size()));
  std::vector<Query> queries;
  const auto head = serin::model_server::ReadBatch(input, kMaxItems, queries);
  if (head.ok() && head->items > kMaxItems) return;
  SERIN_CHECK(head.ok() == valid);
  if (valid) CheckSame(*head, queries, batch);
}
