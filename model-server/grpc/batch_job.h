#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "model-server/grpc/call_state.h"
#include "model-server/grpc/serving_context.h"

namespace serin::model_server {

// One PredictBatchRequest on its way from its bytes to those of its PredictBatchResponse: read in
// place, scored in chunks, each chunk writing its own part of the answer.
class BatchJob {
 public:
  using Done = absl::AnyInvocable<void(grpc::ByteBuffer answer)>;

  // The call must live until the job is done or destroyed, and its metadata have been read.
  BatchJob(const ServingContext& serving, grpc::CallbackServerContext& context)
      : serving_(serving), call_(context) {}

  // Reads a message. Error: INVALID_ARGUMENT if it is malformed.
  absl::Status Read(const grpc::ByteBuffer& message);

  // Takes the items into account. Error: RESOURCE_EXHAUSTED for more than max_batch_items or by
  // AdmissionControl; the items are then counted as refused.
  absl::Status Admit();

  // Whether it has more items than will ever be admitted.
  bool too_large() const { return items_ > serving_.max_batch_items; }

  // Gives the answer to `done` once, on this thread or a worker's. An item that fails has its error
  // in the answer; items that nobody waits for any more are not scored.
  static void Run(std::unique_ptr<BatchJob> job, Done done);

  // The answer of a stream to a batch that was read and cannot be served.
  grpc::ByteBuffer Refusal(const absl::Status& status) const;

 private:
  void Score(size_t begin, size_t end);
  // The same for models that may have a batcher.
  void Submit();
  void OnOutcome(size_t item, const absl::StatusOr<Prediction>& outcome);
  void Append(size_t item, const absl::StatusOr<Prediction>& outcome, std::string& part) const;
  void Finish();

  const ServingContext& serving_;
  const CallState call_;
  grpc::Slice message_;
  uint64_t batch_id_ = 0;
  size_t items_ = 0;
  std::vector<Query> queries_;  // point into message_
  AdmissionControl::Ticket ticket_;
  std::shared_ptr<const ModelCatalog> catalog_;
  std::vector<std::string> parts_;  // of the answer, one a chunk
  // Of items that answer in any order, for models that may have a batcher.
  std::vector<absl::StatusOr<Prediction>> outcomes_;
  std::atomic<size_t> left_{0};
  Done done_;
};

}  // namespace serin::model_server
