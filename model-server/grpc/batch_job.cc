#include "model-server/grpc/batch_job.h"

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"
#include "model-server/grpc/prediction_messages.h"
#include "model-server/inference/prediction_run.h"
#include "model-server/wire/batch_message.h"

namespace serin::model_server {
namespace {

// Room for an answered item with names and ids of common length, so that a part rarely grows.
constexpr size_t kUsualResultBytes = 96;

grpc::ByteBuffer BufferOf(const std::vector<std::string>& parts) {
  std::vector<grpc::Slice> slices;
  slices.reserve(parts.size());
  for (const std::string& part : parts) slices.emplace_back(part);
  return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace

absl::Status BatchJob::Read(const grpc::ByteBuffer& message) {
  // A message that came in one piece is not copied.
  if (!message.TrySingleSlice(&message_).ok() && !message.DumpToSingleSlice(&message_).ok()) {
    return absl::InvalidArgumentError("message: expected one that can be decompressed");
  }
  const std::string_view bytes(reinterpret_cast<const char*>(message_.begin()), message_.size());
  SERIN_ASSIGN_OR_RETURN(const BatchHead head,
                         ReadBatch(bytes, serving_.max_batch_items, queries_));
  batch_id_ = head.batch_id;
  items_ = head.items;
  return absl::OkStatus();
}

absl::Status BatchJob::Admit() {
  absl::StatusOr<AdmissionControl::Ticket> ticket = AdmitBatch(serving_, items_);
  if (ticket.ok()) {
    ticket_ = *std::move(ticket);
    return absl::OkStatus();
  }
  // All as the first one's: to refuse must cost little.
  Query first = queries_.empty() ? Query{} : queries_.front();
  first.call = &call_;
  const PredictionEngine& engine = serving_.engine;
  return engine.Refuse(*engine.catalog(), first, ticket.status(), items_);
}

void BatchJob::Run(std::unique_ptr<BatchJob> job, Done done) {
  BatchJob* const running = job.release();  // Finish() takes it back
  const size_t chunk = running->serving_.scheduler.chunk_items();
  running->done_ = std::move(done);
  running->catalog_ = running->serving_.engine.catalog();
  if (running->catalog_->batches() && running->items_ > 0) return running->Submit();
  running->parts_.resize(std::max<size_t>(1, (running->items_ + chunk - 1) / chunk));
  AppendBatchId(running->batch_id_, running->parts_.front());
  ChunkScheduler& scheduler = running->serving_.SchedulerOf(running->items_);
  scheduler.Run(
      running->items_, [running](size_t begin, size_t end) { running->Score(begin, end); },
      [running] { running->Finish(); });
}

void BatchJob::Score(size_t begin, size_t end) {
  std::string& part = parts_[begin / serving_.scheduler.chunk_items()];
  part.reserve(part.size() + (end - begin) * kUsualResultBytes);
  const PredictionEngine& engine = serving_.engine;
  PredictionRun run(engine, *catalog_);
  const absl::Status waited_for = call_.Check();
  for (size_t i = begin; i < end; ++i) {
    queries_[i].call = &call_;
    if (waited_for.ok()) {
      Append(i, run.Predict(queries_[i]), part);
    } else {
      Append(i, engine.Refuse(*catalog_, queries_[i], waited_for), part);
    }
  }
}

void BatchJob::Submit() {
  const size_t items = items_;  // the job may be gone once the last item is handed in
  outcomes_.resize(items);
  left_ = items;
  for (size_t i = 0; i < items; ++i) {
    queries_[i].call = &call_;
    serving_.engine.Submit(
        catalog_, queries_[i], [this] { return call_.Check(); },
        [this, i](const absl::StatusOr<Prediction>& outcome) { OnOutcome(i, outcome); });
  }
}

void BatchJob::OnOutcome(size_t item, const absl::StatusOr<Prediction>& outcome) {
  outcomes_[item] = outcome;
  if (left_.fetch_sub(1) != 1) return;
  std::string& part = parts_.emplace_back();
  AppendBatchId(batch_id_, part);
  for (size_t i = 0; i < items_; ++i) Append(i, outcomes_[i], part);
  Finish();
}

void BatchJob::Append(size_t item, const absl::StatusOr<Prediction>& outcome,
                      std::string& part) const {
  if (outcome.ok()) {
    AppendPrediction(*outcome, queries_[item].request_id, part);
  } else {
    AppendItemError(outcome.status(), part);
  }
}

void BatchJob::Finish() {
  // The items are given back first: a caller that has its answer finds room for the next batch.
  ticket_ = AdmissionControl::Ticket();
  serving_.FinishBatch([this, answer = BufferOf(parts_)]() mutable {
    const std::unique_ptr<BatchJob> self(this);
    done_(std::move(answer));
  });
}

grpc::ByteBuffer BatchJob::Refusal(const absl::Status& status) const {
  std::vector<std::string> parts(1);
  AppendBatchId(batch_id_, parts.front());
  AppendBatchError(status, parts.front());
  return BufferOf(parts);
}

}  // namespace serin::model_server
