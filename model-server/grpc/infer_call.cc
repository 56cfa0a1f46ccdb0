#include "model-server/grpc/infer_call.h"

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"
#include "model-server/grpc/overload.h"
#include "model-server/grpc/prediction_messages.h"
#include "model-server/inference/prediction_run.h"

namespace serin::model_server {

absl::StatusOr<std::unique_ptr<InferCall>> InferCall::Create(
    const ServingContext& serving, grpc::CallbackServerContext& context,
    const inference::ModelInferRequest& request, inference::ModelInferResponse& response) {
  auto call = std::unique_ptr<InferCall>(new InferCall(serving, context, request, response));
  (void)call->state_.trace_id();  // before there is more than one thread, see there
  call->catalog_ = serving.engine.catalog();
  if (absl::Status status = call->Prepare(context); !status.ok()) {
    return serving.engine.Refuse(*call->catalog_, call->Unread(), std::move(status),
                                 std::max<size_t>(1, call->texts_.size()));
  }
  return call;
}

absl::Status InferCall::Prepare(grpc::CallbackServerContext& context) {
  served_ = catalog_->Find(request_.model_name(), request_.model_version());
  if (served_ == nullptr) {
    return catalog_->NotFound(request_.model_name(), request_.model_version());
  }
  SERIN_ASSIGN_OR_RETURN(texts_, oip::ReadTexts(request_));
  absl::StatusOr<AdmissionControl::Ticket> ticket = AdmitBatch(serving_, texts_.size());
  if (!ticket.ok()) {
    HintRetry(context, texts_.size() > serving_.max_batch_items);
    return ticket.status();
  }
  ticket_ = *std::move(ticket);
  scores_.resize(texts_.size());
  return absl::OkStatus();
}

void InferCall::Run(std::unique_ptr<InferCall> call, Done done) {
  std::shared_ptr<InferCall> shared = std::move(call);
  if (shared->served_->batcher != nullptr && !shared->texts_.empty()) {
    return Submit(std::move(shared), std::move(done));
  }
  ChunkScheduler& scheduler = shared->serving_.SchedulerOf(shared->texts_.size());
  scheduler.Run(
      shared->texts_.size(), [shared](size_t begin, size_t end) { shared->Score(begin, end); },
      [shared, done = std::move(done)] {
        shared->serving_.FinishBatch([done, status = shared->Complete()] { done(status); });
      });
}

void InferCall::Submit(const std::shared_ptr<InferCall>& call, const Done& done) {
  call->left_ = call->texts_.size();
  for (size_t i = 0; i < call->texts_.size(); ++i) {
    call->serving_.engine.Submit(
        call->catalog_, call->QueryOf(i), [call] { return call->state_.Check(); },
        [call, done, i](const absl::StatusOr<Prediction>& prediction) {
          call->Take(i, prediction);
          if (call->left_.fetch_sub(1) == 1) done(call->Complete());
        });
  }
}

Query InferCall::QueryOf(size_t item) const {
  return {.text = texts_[item],
          .model = served_->name,
          .version = served_->version,
          .request_id = request_.id(),
          .call = &state_};
}

Query InferCall::Unread() const {
  return {.model = request_.model_name(),
          .version = request_.model_version(),
          .request_id = request_.id(),
          .call = &state_};
}

void InferCall::Score(size_t begin, size_t end) {
  if (const absl::Status status = state_.Check(); !status.ok()) {
    const Query first = QueryOf(begin);
    return Fail(begin, serving_.engine.Refuse(*catalog_, first, status, end - begin));
  }
  PredictionRun run(serving_.engine, *catalog_);
  for (size_t i = begin; i < end; ++i) {
    if (!Take(i, run.Predict(QueryOf(i)))) return;
  }
}

bool InferCall::Take(size_t item, const absl::StatusOr<Prediction>& prediction) {
  if (!prediction.ok()) {
    Fail(item, prediction.status());
    return false;
  }
  const Sentiment& sentiment = prediction->sentiment;
  scores_[item] = {.label = LabelName(sentiment.label),
                   .compound = sentiment.compound,
                   .neg = sentiment.neg,
                   .neu = sentiment.neu,
                   .pos = sentiment.pos};
  return true;
}

void InferCall::Fail(size_t item, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  if (!fault_.ok() && faulty_item_ <= item) return;
  faulty_item_ = item;
  fault_ = oip::ElementError(item, status);
}

absl::Status InferCall::Complete() {
  absl::MutexLock lock(&mutex_);
  if (!fault_.ok()) return fault_;
  response_.set_model_name(served_->name);
  response_.set_model_version(served_->version);
  oip::WriteScores(request_, scores_, response_);
  return absl::OkStatus();
}

}  // namespace serin::model_server
