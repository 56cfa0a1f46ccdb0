#include "stream-client/sinks/jsonl_sink.h"

#include <variant>

#include "common/status/status_macros.h"
#include "stream-client/sinks/kcat_envelope.h"
#include "stream-client/sinks/scored_record_json.h"

namespace serin::stream {

absl::StatusOr<std::unique_ptr<Batch>> JsonlSink::Poll() {
  absl::StatusOr<std::unique_ptr<Batch>> batch = next_.Poll();
  if (!batch.ok() || *batch == nullptr) return batch;
  lines_.clear();
  for (const BatchItem& item : (*batch)->items) {
    if (const auto* score = std::get_if<Score>(&item.outcome)) AppendLine(item, *score);
  }
  if (!lines_.empty()) SERIN_RETURN_IF_ERROR(file_->Append(lines_));
  return batch;
}

void JsonlSink::AppendLine(const BatchItem& item, const Score& score) {
  if (envelope_ == Envelope::kNone) {
    AppendScoredRecordJson(item.record, item.text, score, lines_);
  } else {
    result_.clear();
    AppendScoredRecordJson(item.record, item.text, score, result_);
    AppendKcatEnvelope(item.record, result_, lines_);
  }
  lines_.push_back('\n');
}

}  // namespace serin::stream
