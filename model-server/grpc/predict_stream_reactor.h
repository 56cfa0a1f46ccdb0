#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "model-server/grpc/serving_context.h"
#include "model-server/grpc/stream_registry.h"

namespace serin::model_server {

// One PredictStream call: reads batches, has them answered, writes the answers as they come.
//
// It reads on while batches are worked on, up to kMaxBatchesInFlight (answers not yet written
// count); then gRPC's flow control holds the client back, so a client that never reads costs a
// bounded amount of memory. A drain answers the batches that were read and ends the call; the
// client sends what it had under way to somebody else. Deletes itself when the call is over and no
// batch is being worked on.
class PredictStreamReactor final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
      private DrainableStream {
 public:
  static constexpr int kMaxBatchesInFlight = 64;

  PredictStreamReactor(const ServingContext& serving, StreamRegistry& streams,
                       grpc::CallbackServerContext& context);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  void Drain() override;
  // Reads unless a read is under way, none can come, or too many batches are in flight.
  void ReadNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The status with which the call is to be ended, if it is over and this caller is the one to end
  // it. It does so unlocked: the object may be gone a moment later.
  std::optional<grpc::Status> TakeFinish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Answer(const grpc::ByteBuffer& message);
  void OnAnswered(grpc::ByteBuffer answer);
  // A message that is no batch has no id to answer to, so it ends the call.
  void Fail(const absl::Status& status);

  const ServingContext& serving_;
  StreamRegistry& streams_;
  grpc::CallbackServerContext& context_;

  absl::Mutex mutex_;
  grpc::ByteBuffer message_ ABSL_GUARDED_BY(mutex_);  // gRPC's while reading_
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<grpc::ByteBuffer> answers_ ABSL_GUARDED_BY(mutex_);  // front: being written
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool reads_done_ ABSL_GUARDED_BY(mutex_) = false;  // no more batches are taken
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;      // a write failed: the client is gone
  grpc::Status end_ ABSL_GUARDED_BY(mutex_);         // what the caller is told at the end
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;  // read, not yet written
};

}  // namespace serin::model_server
