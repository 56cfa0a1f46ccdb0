#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "stream-client/pipeline/batch.h"
#include "stream-client/pipeline/record.h"

namespace serin::stream {

// The ports of the pipeline. All of them are called from the pipeline's thread only and none of
// them blocks: what takes time is started by one call and collected by a later one, and an adapter
// that gets news on a thread of its own tells the Wakeup. So the thread that has to keep polling
// Kafka is never held up by a slow peer.

// Hears which partitions the consumer reads, from within RecordSource::Poll.
class AssignmentListener {
 public:
  virtual ~AssignmentListener() = default;
  virtual void OnAssigned(const std::vector<TopicPartition>& partitions) = 0;
  // The partitions go to another consumer when this returns. `lost`: they have gone already, so
  // that nothing may be committed for them.
  virtual void OnRevoked(const std::vector<TopicPartition>& partitions, bool lost) = 0;
};

class RecordSource {
 public:
  enum class Event {
    kRecord,  // a record was read
    kIdle,    // nothing at hand
    kEnd,     // every record there will be has been read
  };

  virtual ~RecordSource() = default;
  // Fills `record` when the answer is kRecord. The records of a partition come in its order. An
  // error is final.
  virtual absl::StatusOr<Event> Poll(Record& record) = 0;
  // While paused, Poll has no records but must still be called (group membership depends on it).
  virtual void SetPaused(bool paused) = 0;
};

// Remembers how far a consumer group has come. Apart from RecordSource because with transactions it
// is the writer of the results who commits them together with the offsets.
class OffsetCommitter {
 public:
  virtual ~OffsetCommitter() = default;
  // Starts a commit.
  virtual void CommitLater(const std::vector<PartitionOffset>& offsets) = 0;
  // Whether one of those started has failed since the last call, so that it must be made good.
  virtual bool TakeFailure() { return false; }
  // Commits and waits for the answer, at most `timeout`. ABORTED: the partitions are being given to
  // others.
  virtual absl::Status CommitNow(const std::vector<PartitionOffset>& offsets,
                                 absl::Duration timeout) = 0;
};

// Reads the text to score out of a record's value.
class TextDecoder {
 public:
  virtual ~TextDecoder() = default;
  // Errors are INVALID_ARGUMENT and say what was expected.
  virtual absl::StatusOr<std::string> Decode(std::optional<std::string_view> value) = 0;
};

class Scorer {
 public:
  virtual ~Scorer() = default;
  // Takes a batch and gives every item that has no outcome one.
  virtual void Score(std::unique_ptr<Batch> batch) = 0;
  // A batch that is finished, in any order; null when there is none. An error is final.
  virtual absl::StatusOr<std::unique_ptr<Batch>> Poll() = 0;
};

class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // Takes a batch whose items all have an outcome: scores are written as results, failures as dead
  // letters.
  virtual void Write(std::unique_ptr<Batch> batch) = 0;
  // No further batch comes before one is done: a sink that gathers batches must not wait for more.
  virtual void Flush() {}
  // The partitions are another consumer's now: what is not written of them need not be. Their
  // batches still come back from Poll.
  virtual void Forget(const std::vector<TopicPartition>& /*partitions*/) {}
  // A batch of which everything is safely written; null when there is none. An error is final:
  // something could not be written, so its batch must not be committed.
  virtual absl::StatusOr<std::unique_ptr<Batch>> Poll() = 0;
};

// Hears of each batch when it is done.
class PipelineObserver {
 public:
  virtual ~PipelineObserver() = default;
  virtual void OnBatchDone(const Batch& batch, absl::Time now) = 0;
};

}  // namespace serin::stream
