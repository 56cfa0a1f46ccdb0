#pragma once

#include <cstdint>
#include <thread>

#include <librdkafka/rdkafka.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace serin::stream {

// Lets a consumer's prefetch queue be short without running dry. librdkafka 2.0.2 stops fetching
// when queued.min.messages wait in the queue, and looks again when its thread for that broker wakes
// up, which may be a second later (confluentinc/librdkafka#2879; fetch.queue.backoff.ms came with
// 2.2). Any request to that broker wakes it. So after every few thousand records a thread of its
// own asks the leaders of the assigned partitions for something small. Belongs to the thread that
// polls.
class FetchNudge {
 public:
  // `consumer` must outlive it.
  explicit FetchNudge(rd_kafka_t* consumer);
  // Waits for the request under way, at most half a second.
  ~FetchNudge();

  // A record was taken from the queue.
  void OnRecord() {
    if (++records_ % kRecordsBetween == 0) Wake();
  }

 private:
  // A quarter of the default of queued.min.messages.
  static constexpr int64_t kRecordsBetween = 5000;

  void Wake();
  void Run();
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return due_ || closing_; }
  void AskLeaders();

  rd_kafka_t* const consumer_;
  int64_t records_ = 0;
  absl::Mutex mutex_;
  bool due_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace serin::stream
