#pragma once

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "google/protobuf/arena.h"
#include "model-server/grpc/call_state.h"
#include "model-server/grpc/serving_context.h"
#include "model-server/grpc/stream_registry.h"
#include "serin/v1/predictor.pb.h"

namespace serin::model_server {

// One PredictStream call: reads batches, has them answered, writes the answers as they come.
//
// It reads on while batches are worked on, up to kMaxBatchesInFlight (answers not yet written
// count); then gRPC's flow control holds the client back, so a client that never reads costs a
// bounded amount of memory. A drain answers the batches that were read and ends the call; the
// client sends what it had under way to somebody else. Deletes itself when the call is over and no
// batch is being worked on.
class PredictStreamReactor final
    : public grpc::ServerBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse>,
      private DrainableStream {
 public:
  static constexpr int kMaxBatchesInFlight = 64;

  PredictStreamReactor(const ServingContext& serving, StreamRegistry& streams,
                       grpc::CallbackServerContext& context);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  // A batch and its answer, in one arena.
  struct Batch {
    google::protobuf::Arena arena;
    v1::PredictBatchRequest* request =
        google::protobuf::Arena::CreateMessage<v1::PredictBatchRequest>(&arena);
    v1::PredictBatchResponse* response =
        google::protobuf::Arena::CreateMessage<v1::PredictBatchResponse>(&arena);
  };

  void Drain() override;
  // Reads unless a read is under way, none can come, or too many batches are in flight.
  void ReadNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the call is over and the caller is the one to Finish() it, which it does unlocked: the
  // object may be gone a moment later.
  bool TakeFinish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Answer(std::shared_ptr<Batch> batch);
  void OnAnswered(std::shared_ptr<Batch> batch);

  const ServingContext& serving_;
  StreamRegistry& streams_;
  const CallState call_;

  absl::Mutex mutex_;
  std::shared_ptr<Batch> reading_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<Batch>> answers_ ABSL_GUARDED_BY(mutex_);  // front: being written
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool reads_done_ ABSL_GUARDED_BY(mutex_) = false;  // no more batches are taken
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;      // a write failed: the client is gone
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;  // read, not yet written
};

}  // namespace serin::model_server
