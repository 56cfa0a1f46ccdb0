#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "stream-client/pipeline/pipeline.h"
#include "tests/stream-client/batch_builder.h"
#include "tests/support/fake_clock.h"

namespace serin::stream {

// A source of the records a test puts in.
class FakeSource final : public RecordSource {
 public:
  void Put(int32_t partition, int64_t first, int64_t count, const std::string& text = "text") {
    for (int64_t i = 0; i < count; ++i) records.push_back(MakeRecord(partition, first + i, text));
  }

  absl::StatusOr<Event> Poll(Record& record) override {
    if (on_poll) std::exchange(on_poll, nullptr)();
    if (!failure.ok()) return failure;
    if (records.empty() && ends) return Event::kEnd;
    if (paused || records.empty()) return Event::kIdle;
    record = std::move(records.front());
    records.pop_front();
    return Event::kRecord;
  }
  void SetPaused(bool value) override { paused = value; }

  std::deque<Record> records;
  bool ends = false;  // when all records are read
  bool paused = false;
  absl::Status failure;
  std::function<void()> on_poll;  // once, within the next Poll
};

// Refuses texts that say "bad".
class FakeDecoder final : public TextDecoder {
 public:
  absl::StatusOr<std::string> Decode(std::optional<std::string_view> value) override {
    if (value == "bad") return absl::InvalidArgumentError("bad on purpose");
    return std::string(*value);
  }
};

// Keeps batches until a test lets them go, in any order.
class FakeScorer final : public Scorer {
 public:
  void Score(std::unique_ptr<Batch> batch) override { held.push_back(std::move(batch)); }
  absl::StatusOr<std::unique_ptr<Batch>> Poll() override {
    if (!failure.ok()) return failure;
    if (automatic && !held.empty()) Finish(0);
    if (finished.empty()) return nullptr;
    auto batch = std::move(finished.front());
    finished.pop_front();
    return batch;
  }
  // Lets the i-th held batch go, scored.
  void Finish(size_t i) {
    for (BatchItem& item : held[i]->items) {
      if (!item.settled()) item.outcome = serin::stream::Score{.model = "", .model_version = "v1"};
    }
    finished.push_back(std::move(held[i]));
    held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
  }

  std::deque<std::unique_ptr<Batch>> held;
  std::deque<std::unique_ptr<Batch>> finished;
  bool automatic = false;  // finishes everything at once
  absl::Status failure;
};

// Remembers what it wrote.
class FakeSink final : public RecordSink {
 public:
  void Write(std::unique_ptr<Batch> batch) override { held.push_back(std::move(batch)); }
  void Flush() override { ++flushes; }
  void Forget(const std::vector<TopicPartition>& partitions) override { forgotten = partitions; }
  absl::StatusOr<std::unique_ptr<Batch>> Poll() override {
    if (!failure.ok()) return failure;
    if (corked || held.empty()) return nullptr;
    auto batch = std::move(held.front());
    held.pop_front();
    for (const BatchItem& item : batch->items) {
      written.insert({item.record.partition, item.record.offset});
    }
    return batch;
  }

  std::deque<std::unique_ptr<Batch>> held;
  std::multiset<std::pair<int32_t, int64_t>> written;
  bool corked = false;
  int flushes = 0;
  std::vector<TopicPartition> forgotten;
  absl::Status failure;
};

class FakeCommitter final : public OffsetCommitter {
 public:
  void CommitLater(const std::vector<PartitionOffset>& offsets) override {
    if (later_failures == 0) return Store(offsets);
    --later_failures;
    failed_ = true;
  }
  bool TakeFailure() override { return std::exchange(failed_, false); }
  absl::Status CommitNow(const std::vector<PartitionOffset>& offsets, absl::Duration) override {
    if (!failure.ok()) return failure;
    Store(offsets);
    return absl::OkStatus();
  }

  std::map<int32_t, int64_t> committed;
  absl::Status failure;
  int later_failures = 0;  // of CommitLater

 private:
  void Store(const std::vector<PartitionOffset>& offsets) {
    for (const auto& [partition, next] : offsets) committed[partition.partition] = next;
  }

  bool failed_ = false;
};

class CountingObserver final : public PipelineObserver {
 public:
  void OnBatchDone(const Batch&, absl::Time) override { ++batches; }
  int batches = 0;
};

// Sleeping moves the clock and then does what a test wants done meanwhile.
class FakeWakeup final : public Wakeup {
 public:
  explicit FakeWakeup(testing::FakeClock& clock) : clock_(clock) {}
  void Notify() override {}
  void WaitUntil(absl::Time deadline) override {
    clock_.Advance(std::max(deadline - clock_.Now(), absl::ZeroDuration()));
    if (meanwhile) meanwhile();
  }
  std::function<void()> meanwhile;

 private:
  testing::FakeClock& clock_;
};

}  // namespace serin::stream
