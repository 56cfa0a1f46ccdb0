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

bool HasGroup(const google::protobuf::UnknownFieldSet& fields) {
  for (int i = 0; i < fields.field_count(); ++i) {
    if (fields.field(i).type() == google::protobuf::UnknownField::TYPE_GROUP) return true;
  }
  return false;
}

// Groups count as malformed here, and not to protobuf.
bool HasGroup(const PredictBatchRequest& batch) {
  bool found = HasGroup(batch.unknown_fields());
  for (const auto& item : batch.items()) found = found || HasGroup(item.unknown_fields());
  return found;
}

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

// Protobuf is more lenient: it drops what a tag has beyond 32 bits. So what is taken here must be
// taken by protobuf and mean the same, and what protobuf writes must be taken here.
SERIN_FUZZ(input) {
  PredictBatchRequest batch;
  const bool valid = batch.ParseFromArray(input.data(), static_cast<int>(input.size()));
  std::vector<Query> queries;
  const auto head = serin::model_server::ReadBatch(input, kMaxItems, queries);
  // Items beyond the limit are counted and not read.
  if (head.ok() && head->items <= kMaxItems) {
    SERIN_CHECK(valid);
    CheckSame(*head, queries, batch);
  }
  if (!valid || HasGroup(batch)) return;
  const std::string written = batch.SerializeAsString();
  const auto again = serin::model_server::ReadBatch(written, kMaxItems, queries);
  SERIN_CHECK(again.ok());
  CheckSame(*again, queries, batch);
}
