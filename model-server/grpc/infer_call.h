#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/oip/text_tensors.h"
#include "inference/grpc_service.pb.h"
#include "model-server/grpc/call_state.h"
#include "model-server/grpc/serving_context.h"

namespace serin::model_server {

// One ModelInfer call: the texts of its tensor scored in chunks, the scores written as tensors.
// Tensors have no error of one element, so the first bad text (by place) fails the call.
class InferCall {
 public:
  using Done = std::function<void(const absl::Status&)>;

  // Errors: INVALID_ARGUMENT (tensors), NOT_FOUND (model), RESOURCE_EXHAUSTED with a hint when to
  // come again; they are counted. The references must live until the call is done.
  static absl::StatusOr<std::unique_ptr<InferCall>> Create(
      const ServingContext& serving, grpc::CallbackServerContext& context,
      const inference::ModelInferRequest& request, inference::ModelInferResponse& response);

  // Scores, fills the response and calls `done` once, on this thread, a worker's or a batcher's.
  static void Run(std::unique_ptr<InferCall> call, Done done);

 private:
  InferCall(const ServingContext& serving, grpc::CallbackServerContext& context,
            const inference::ModelInferRequest& request, inference::ModelInferResponse& response)
      : serving_(serving), state_(context), request_(request), response_(response) {}

  // Reads the texts and has them admitted.
  absl::Status Prepare(grpc::CallbackServerContext& context);
  // For a model with a batcher.
  static void Submit(const std::shared_ptr<InferCall>& call, const Done& done);
  Query QueryOf(size_t item) const;
  // What is known of a call before its texts are.
  Query Unread() const;
  void Score(size_t begin, size_t end);
  // Keeps a score, or the error; returns whether it was a score.
  bool Take(size_t item, const absl::StatusOr<Prediction>& prediction);
  void Fail(size_t item, const absl::Status& status);
  absl::Status Complete();

  const ServingContext& serving_;
  const CallState state_;
  const inference::ModelInferRequest& request_;
  inference::ModelInferResponse& response_;
  std::shared_ptr<const ModelCatalog> catalog_;
  const ServedModel* served_ = nullptr;
  AdmissionControl::Ticket ticket_;
  std::vector<std::string_view> texts_;
  std::vector<oip::TextScores> scores_;
  std::atomic<size_t> left_{0};  // not yet answered by the batcher

  absl::Mutex mutex_;
  absl::Status fault_ ABSL_GUARDED_BY(mutex_);
  size_t faulty_item_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace serin::model_server
