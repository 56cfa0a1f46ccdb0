#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "router/backends/backoff.h"
#include "router/backends/coalescer.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::router {

// One PredictStream call to one endpoint, kept open and rebuilt with backoff after it breaks, with
// the coalescer that fills it. Thread-safe.
class PredictStreamClient final : private MessageSink {
 public:
  PredictStreamClient(std::shared_ptr<grpc::Channel> channel, const Clock& clock,
                      IntHistogram& batch_items, Coalescer::Limits limits);
  ~PredictStreamClient() override { Close(); }

  Coalescer& coalescer() { return coalescer_; }
  const Coalescer& coalescer() const { return coalescer_; }

  // Call it every few milliseconds: opens the call when there is none, the endpoint is `wanted` and
  // its backoff has passed; expires items.
  void Tick(bool wanted);

  // Ends the call for good; what is in flight is done with UNAVAILABLE before it returns.
  void Close();

 private:
  class Call;
  using Request = v1::PredictBatchRequest;

  void Send(uint64_t message_id, absl::Span<Item* const> items) override;
  std::unique_ptr<Request> TakeRequest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnReply(const v1::PredictBatchResponse& response);
  void OnEnded(const absl::Status& status);

  const std::unique_ptr<v1::Predictor::Stub> stub_;
  const Clock& clock_;

  absl::Mutex mutex_;
  // The open call; null when there is none.
  Call* call_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time retry_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Backoff backoff_ ABSL_GUARDED_BY(mutex_);
  // Cleared messages, kept for the memory of their strings.
  std::vector<std::unique_ptr<Request>> spare_ ABSL_GUARDED_BY(mutex_);

  // Last, so that it outlives nothing it uses.
  Coalescer coalescer_;
};

}  // namespace serin::router
