#include "stream-client/kafka/fetch_nudge.h"

#include "stream-client/kafka/handles.h"

namespace serin::stream {
namespace {

constexpr int kTimeoutMs = 500;

}  // namespace

FetchNudge::FetchNudge(rd_kafka_t* consumer) : consumer_(consumer), thread_([this] { Run(); }) {}

FetchNudge::~FetchNudge() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  thread_.join();
}

void FetchNudge::Wake() {
  absl::MutexLock lock(&mutex_);
  due_ = true;
}

void FetchNudge::Run() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &FetchNudge::HasWork));
      if (closing_) return;
      due_ = false;
    }
    AskLeaders();
  }
}

// The answer does not matter, the question is what wakes librdkafka.
void FetchNudge::AskLeaders() {
  rd_kafka_topic_partition_list_t* assigned = nullptr;
  if (rd_kafka_assignment(consumer_, &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const KafkaPartitions partitions(assigned);
  for (int i = 0; i < assigned->cnt; ++i) assigned->elems[i].offset = RD_KAFKA_OFFSET_END;
  if (assigned->cnt > 0) rd_kafka_offsets_for_times(consumer_, assigned, kTimeoutMs);
}

}  // namespace serin::stream
