#include "stream-client/pipeline/pipeline.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace serin::stream {
namespace {

// Bounds one turn, so that finished batches are collected while a long backlog is read.
constexpr int kRecordsPerTurn = 1024;
// The consumer must be polled this often even when nothing happens, and retries become due.
constexpr absl::Duration kIdlePollInterval = absl::Milliseconds(100);
constexpr absl::Duration kBusyPollInterval = absl::Milliseconds(10);

bool FullySettled(const Batch& batch) {
  return std::all_of(batch.items.begin(), batch.items.end(),
                     [](const BatchItem& item) { return item.settled(); });
}

size_t ValueBytes(const Batch& batch) {
  size_t bytes = 0;
  for (const BatchItem& item : batch.items) bytes += item.record.value.value_or("").size();
  return bytes;
}

BatchItem ToItem(Record record, TextDecoder& decoder) {
  BatchItem item{.record = std::move(record), .text = {}, .outcome = {}};
  absl::StatusOr<std::string> text = decoder.Decode(item.record.value);
  if (text.ok()) {
    item.text = *std::move(text);
  } else {
    item.outcome =
        Failure{Stage::kDecode, text.status().code(), std::string(text.status().message()), 1};
  }
  return item;
}

}  // namespace

Pipeline::Pipeline(PipelineOptions options, PipelinePorts ports)
    : options_(options),
      ports_(ports),
      batcher_(options.batch),
      batch_size_({options.min_batch_records, options.batch.max_records, options.target_latency}),
      order_(options.order) {
  batcher_.SetMaxRecords(batch_size_.records());
}

bool Pipeline::Step() {
  if (done()) return false;
  const absl::Time now = ports_.clock.Now();
  bool worked = CollectScored();
  // First of all the scorer gets its next batches, so that it never waits for what else there is.
  worked |= FeedScorer(now);
  worked |= WriteReady();
  worked |= CollectWritten(now);
  worked |= FeedScorer(now);
  worked |= ReadRecords(now);
  worked |= Dispatch(now);
  FlushWhenFull();
  CommitAdvanced(now);
  EndWhenDone(now);
  return worked && !done();
}

absl::Time Pipeline::next_deadline() const {
  const absl::Duration most = unfinished_ > 0 ? kBusyPollInterval : kIdlePollInterval;
  const absl::Time due = HasRoom() ? batcher_.deadline() : absl::InfiniteFuture();
  return std::min({ports_.clock.Now() + most, due, drain_deadline_});
}

void Pipeline::Drain(absl::Time deadline) {
  if (done()) return;
  drain_deadline_ = std::min(drain_deadline_, deadline);
  phase_ = Phase::kDraining;
  batcher_.Clear();
}

bool Pipeline::ReadRecords(absl::Time now) {
  if (phase_ != Phase::kReading) return false;
  const Backpressure::Reading reading = backpressure_.Decide(!batcher_.has_closed(), now);
  if (reading == Backpressure::Reading::kHeld) return false;
  const bool pause = reading == Backpressure::Reading::kPaused;
  if (pause != source_paused_) ports_.source.SetPaused(source_paused_ = pause);
  for (int i = 0; i < kRecordsPerTurn; ++i) {
    Record record;
    absl::StatusOr<RecordSource::Event> event = ports_.source.Poll(record);
    if (!event.ok()) {
      Fail(std::move(event).status());
      return true;
    }
    if (*event == RecordSource::Event::kEnd) {
      phase_ = Phase::kFinishing;
      batcher_.CloseOpen();
      return true;
    }
    if (*event == RecordSource::Event::kIdle) return i > 0;
    batcher_.Add(ToItem(std::move(record), ports_.decoder), now);
    if (batcher_.has_closed()) return true;
  }
  return true;
}

bool Pipeline::FeedScorer(absl::Time now) {
  bool worked = Dispatch(now);
  for (size_t i = 0; i < options_.max_in_flight && HasRoom() && ReadRecords(now); ++i) {
    worked = true;
    Dispatch(now);
  }
  return worked;
}

bool Pipeline::HasRoom() const {
  return scoring_ < options_.max_in_flight &&
         (unfinished_ == 0 || (unfinished_records_ < options_.max_unfinished_records &&
                               unfinished_bytes_ < options_.max_unfinished_bytes));
}

bool Pipeline::Dispatch(absl::Time now) {
  bool worked = false;
  while (!done() && HasRoom()) {
    std::unique_ptr<Batch> batch = batcher_.TakeDue(now);
    if (batch == nullptr) break;
    Send(std::move(batch));
    worked = true;
  }
  return worked;
}

void Pipeline::Send(std::unique_ptr<Batch> batch) {
  ++unfinished_;
  batch->records_sent = batch->items.size();
  unfinished_records_ += batch->records_sent;
  batch->bytes_sent = ValueBytes(*batch);
  unfinished_bytes_ += batch->bytes_sent;
  batch->sent_at = batch->scored_at = ports_.clock.Now();
  totals_.records_in += batch->items.size();
  ledger_.Open(*batch);
  order_.Open(*batch);
  if (FullySettled(*batch)) {
    order_.Hold(std::move(batch));
  } else {
    ++scoring_;
    ports_.scorer.Score(std::move(batch));
  }
}

bool Pipeline::CollectScored() {
  bool worked = false;
  while (!done()) {
    absl::StatusOr<std::unique_ptr<Batch>> batch = ports_.scorer.Poll();
    if (!batch.ok()) Fail(batch.status());
    if (done() || *batch == nullptr) break;
    worked = true;
    --scoring_;
    (*batch)->scored_at = ports_.clock.Now();
    batch_size_.OnScored((*batch)->records_sent, (*batch)->scored_at - (*batch)->sent_at);
    batcher_.SetMaxRecords(batch_size_.records());
    order_.Hold(*std::move(batch));
  }
  return worked;
}

bool Pipeline::WriteReady() {
  bool worked = false;
  while (std::unique_ptr<Batch> batch = done() ? nullptr : order_.TakeReady()) {
    worked = true;
    // The next owner of a revoked partition reads its records again.
    ledger_.DropRevoked(*batch);
    if (batch->items.empty()) {
      Finish(*batch);
    } else {
      ++writing_;
      ports_.sink.Write(std::move(batch));
    }
  }
  return worked;
}

void Pipeline::Finish(const Batch& batch) {
  --unfinished_;
  unfinished_records_ -= batch.records_sent;
  unfinished_bytes_ -= batch.bytes_sent;
}

void Pipeline::FlushWhenFull() {
  const bool all_read = phase_ != Phase::kReading && batcher_.empty();
  if (writing_ == 0 || writing_ < unfinished_) return;
  if (all_read || !HasRoom()) ports_.sink.Flush();
}

bool Pipeline::CollectWritten(absl::Time now) {
  bool worked = false;
  while (!done()) {
    absl::StatusOr<std::unique_ptr<Batch>> written = ports_.sink.Poll();
    if (!written.ok()) Fail(written.status());
    if (done() || *written == nullptr) break;
    const Batch& batch = **written;
    worked = true;
    Finish(batch);
    --writing_;
    ledger_.Complete(batch);
    ++totals_.batches;
    for (const BatchItem& item : batch.items) {
      ++(std::holds_alternative<Score>(item.outcome) ? totals_.scored : totals_.dead_lettered);
    }
    ports_.observer.OnBatchDone(batch, now);
  }
  return worked;
}

void Pipeline::CommitAdvanced(absl::Time now) {
  if (done() || now < next_commit_) return;
  std::vector<PartitionOffset> offsets = ledger_.TakeAdvanced();
  if (ports_.committer.TakeFailure()) offsets = ledger_.Watermarks();
  if (offsets.empty()) return;
  next_commit_ = now + options_.commit_interval;
  ports_.committer.CommitLater(offsets);
}

void Pipeline::EndWhenDone(absl::Time now) {
  const bool finished = phase_ == Phase::kFinishing && unfinished_ == 0 && batcher_.empty();
  const bool drained = phase_ == Phase::kDraining && (unfinished_ == 0 || now >= drain_deadline_);
  if (finished || drained) End();
}

void Pipeline::End() {
  phase_ = Phase::kDone;
  const std::vector<PartitionOffset> offsets = ledger_.Watermarks();
  if (offsets.empty()) return;
  absl::Status committed = ports_.committer.CommitNow(offsets, options_.final_commit_timeout);
  // Other members are about to take over, and read again what is not committed.
  if (absl::IsAborted(committed)) return;
  if (status_.ok()) status_ = std::move(committed);
}

void Pipeline::Fail(absl::Status status) {
  if (done()) return;
  status_ = std::move(status);
  End();
}

void Pipeline::OnAssigned(const std::vector<TopicPartition>& partitions) {
  for (const TopicPartition& partition : partitions) ledger_.Assign(partition);
}

void Pipeline::OnRevoked(const std::vector<TopicPartition>& partitions, bool lost) {
  for (const TopicPartition& partition : partitions) batcher_.Drop(partition);
  if (!lost && !done()) {
    AwaitInFlight(partitions);
    const std::vector<PartitionOffset> offsets = ledger_.Watermarks(partitions);
    // A failure means that the next owner reads these records again; the committer has said so.
    if (!offsets.empty()) {
      ports_.committer.CommitNow(offsets, options_.final_commit_timeout).IgnoreError();
    }
  }
  ports_.sink.Forget(partitions);
  for (const TopicPartition& partition : partitions) ledger_.Revoke(partition);
}

void Pipeline::AwaitInFlight(const std::vector<TopicPartition>& partitions) {
  const absl::Time deadline =
      std::min(ports_.clock.Now() + options_.revoke_budget, drain_deadline_);
  for (absl::Time now = ports_.clock.Now();
       ledger_.HasOpen(partitions) && !done() && now < deadline; now = ports_.clock.Now()) {
    bool worked = CollectScored();
    worked |= WriteReady();
    worked |= CollectWritten(now);
    ports_.sink.Flush();
    if (!worked) ports_.wakeup.WaitUntil(std::min(deadline, now + kBusyPollInterval));
  }
}

}  // namespace serin::stream
