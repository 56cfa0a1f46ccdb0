#include "router/grpc/stream_call.h"

#include <utility>
#include <vector>

#include "router/grpc/batch_call.h"
#include "router/grpc/call_context.h"

namespace serin::router {

class StreamCall::Batch final : public BatchCall {
 public:
  Batch(StreamCall& stream, std::unique_ptr<Messages> messages, absl::Time deadline_in)
      : BatchCall(*messages->request, deadline_in),
        stream_(stream),
        messages_(std::move(messages)) {}

  std::unique_ptr<Messages> TakeAnswer() {
    FillResponse(*messages_->response);
    return std::move(messages_);
  }

 private:
  void OnAnswered() override { stream_.OnBatchDone(*this); }

  StreamCall& stream_;
  std::unique_ptr<Messages> messages_;
};

StreamCall::StreamCall(RequestRouter& router, const Clock& clock, const PredictorLimits& limits,
                       const grpc::CallbackServerContext& context)
    : router_(router), clock_(clock), limits_(limits), context_(context) {
  // A caller may wait for it before its first batch.
  StartSendInitialMetadata();
  Actions actions;
  {
    absl::MutexLock lock(&mutex_);
    actions = Next();
  }
  Perform(actions);
}

StreamCall::Actions StreamCall::Next() {
  Actions actions;
  if (broken_ && !writing_) answers_.clear();
  if (!writing_ && !answers_.empty()) {
    writing_ = true;
    actions.write = answers_.front()->response;
  }
  const bool full = in_flight_.size() + answers_.size() >= kMostBatches;
  if (!reading_ && !reads_done_ && !broken_ && !full) {
    reading_ = true;
    next_ = std::make_unique<Messages>();
    actions.read = next_->request;
  }
  const bool idle = !reading_ && !writing_ && in_flight_.empty() && answers_.empty();
  actions.finish = idle && !finished_;
  finished_ = finished_ || actions.finish;
  return actions;
}

void StreamCall::Perform(const Actions& actions) {
  if (actions.finish) return Finish(grpc::Status::OK);
  if (actions.read != nullptr) StartRead(actions.read);
  if (actions.write != nullptr) StartWrite(actions.write);
}

void StreamCall::OnReadDone(bool ok) {
  Actions actions;
  std::shared_ptr<Batch> batch;
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    reads_done_ = !ok;
    if (ok && !broken_) batch = Accept(std::move(next_));
    actions = Next();
  }
  if (batch != nullptr) router_.Start(*batch);
  Perform(actions);
}

std::shared_ptr<StreamCall::Batch> StreamCall::Accept(std::unique_ptr<Messages> messages) {
  const v1::PredictBatchRequest& request = *messages->request;
  if (const absl::Status fits = CheckBatchSize(request, limits_.max_batch_items); !fits.ok()) {
    v1::PredictBatchResponse& refusal = *messages->response;
    refusal.set_batch_id(request.batch_id());
    refusal.mutable_error()->set_code(static_cast<int>(fits.code()));
    refusal.mutable_error()->set_message(std::string(fits.message()));
    answers_.push_back(std::move(messages));
    return nullptr;
  }
  const absl::Time deadline = DeadlineOf(context_, clock_.Now(), limits_.default_timeout);
  auto batch = std::make_shared<Batch>(*this, std::move(messages), deadline);
  in_flight_.emplace(batch.get(), batch);
  return batch;
}

void StreamCall::OnBatchDone(Batch& batch) {
  std::unique_ptr<Messages> answer = batch.TakeAnswer();
  // Destroyed after the lock, as the last thing.
  std::shared_ptr<Batch> done;
  Actions actions;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = in_flight_.find(&batch);
    done = std::move(found->second);
    in_flight_.erase(found);
    answers_.push_back(std::move(answer));
    actions = Next();
  }
  Perform(actions);
}

void StreamCall::OnWriteDone(bool ok) {
  Actions actions;
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    broken_ = broken_ || !ok;
    answers_.pop_front();
    actions = Next();
  }
  Perform(actions);
}

void StreamCall::OnCancel() {
  std::vector<std::shared_ptr<Batch>> batches;
  Actions actions;
  {
    absl::MutexLock lock(&mutex_);
    broken_ = true;
    for (const auto& [key, batch] : in_flight_) batches.push_back(batch);
    actions = Next();
  }
  for (const std::shared_ptr<Batch>& batch : batches) router_.Cancel(*batch);
  Perform(actions);
}

}  // namespace serin::router
