#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "router/dispatch/predictor_limits.h"
#include "router/dispatch/request_router.h"
#include "router/grpc/arena_messages.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::router {

// One PredictStream of a caller: many batches in flight, each answered when it is done. Reads no
// further while kMostBatches are unanswered or their answers unread, so a caller that sends fast or
// reads slowly bounds our memory. Deletes itself when gRPC is through with it.
class StreamCall final
    : public grpc::ServerBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse> {
 public:
  static constexpr size_t kMostBatches = 64;
  // The first block of a batch's arena; some dozens of items fit.
  static constexpr size_t kBatchBlock = 16 << 10;

  StreamCall(RequestRouter& router, const Clock& clock, const PredictorLimits& limits,
             const grpc::CallbackServerContext& context);

 private:
  class Batch;
  // A batch and its answer, in one arena.
  struct Messages {
    MessageArena<kBatchBlock> arena;
    v1::PredictBatchRequest* const request = arena.Create<v1::PredictBatchRequest>();
    v1::PredictBatchResponse* const response = arena.Create<v1::PredictBatchResponse>();
  };

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override { delete this; }

  // What to ask of gRPC next. Decided under the lock together with the change that calls for it,
  // done after it: each flag set in `reading_` and `writing_` keeps the stream alive until then.
  struct Actions {
    v1::PredictBatchRequest* read = nullptr;
    const v1::PredictBatchResponse* write = nullptr;
    bool finish = false;
  };

  Actions Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Perform(const Actions& actions);
  void OnBatchDone(Batch& batch);
  std::shared_ptr<Batch> Accept(std::unique_ptr<Messages> messages)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  RequestRouter& router_;
  const Clock& clock_;
  const PredictorLimits limits_;
  const grpc::CallbackServerContext& context_;

  absl::Mutex mutex_;
  // Of the read in progress.
  std::unique_ptr<Messages> next_ ABSL_GUARDED_BY(mutex_);
  std::map<Batch*, std::shared_ptr<Batch>> in_flight_ ABSL_GUARDED_BY(mutex_);
  // While writing_, the front is being written.
  std::deque<std::unique_ptr<Messages>> answers_ ABSL_GUARDED_BY(mutex_);
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool reads_done_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace serin::router
