#include "model-server/grpc/predict_stream_reactor.h"

#include <utility>

#include "model-server/grpc/prediction_messages.h"

namespace serin::model_server {

PredictStreamReactor::PredictStreamReactor(const ServingContext& serving, StreamRegistry& streams,
                                           grpc::CallbackServerContext& context)
    : serving_(serving), streams_(streams), call_(context) {
  {
    absl::MutexLock lock(&mutex_);
    ReadNext();
  }
  streams_.Add(*this);
}

void PredictStreamReactor::ReadNext() {
  if (reads_done_ || reading_ != nullptr || in_flight_ >= kMaxBatchesInFlight) return;
  reading_ = std::make_shared<Batch>();
  StartRead(reading_->request);
}

void PredictStreamReactor::OnReadDone(bool ok) {
  std::shared_ptr<Batch> batch;
  bool finish = false;
  {
    absl::MutexLock lock(&mutex_);
    batch = std::move(reading_);
    if (!ok) reads_done_ = true;
    // A batch that comes after the drain began is the client's to send elsewhere.
    if (reads_done_) {
      batch = nullptr;
    } else {
      ++in_flight_;
      ReadNext();
    }
    finish = TakeFinish();
  }
  if (finish) return Finish(grpc::Status::OK);
  if (batch != nullptr) Answer(std::move(batch));
}

void PredictStreamReactor::Drain() {
  bool finish = false;
  {
    absl::MutexLock lock(&mutex_);
    reads_done_ = true;
    finish = TakeFinish();
  }
  if (finish) Finish(grpc::Status::OK);
}

void PredictStreamReactor::Answer(std::shared_ptr<Batch> batch) {
  Batch& b = *batch;
  absl::StatusOr<AdmissionControl::Ticket> ticket = AdmitBatch(serving_, b.request->items_size());
  if (!ticket.ok()) {
    b.response->set_batch_id(b.request->batch_id());
    SetError(ticket.status(), *b.response->mutable_error());
    return OnAnswered(std::move(batch));
  }
  AnswerBatch(serving_, *std::move(ticket), call_, *b.request, *b.response,
              [this, batch = std::move(batch)]() mutable { OnAnswered(std::move(batch)); });
}

void PredictStreamReactor::OnAnswered(std::shared_ptr<Batch> batch) {
  bool finish = false;
  {
    absl::MutexLock lock(&mutex_);
    answers_.push_back(std::move(batch));
    if (!writing_) WriteNext();
    finish = TakeFinish();
  }
  if (finish) Finish(grpc::Status::OK);
}

void PredictStreamReactor::WriteNext() {
  if (broken_) {
    // Nobody reads the answers any more.
    in_flight_ -= static_cast<int>(answers_.size());
    answers_.clear();
  }
  writing_ = !answers_.empty();
  if (writing_) StartWrite(answers_.front()->response);
  ReadNext();
}

void PredictStreamReactor::OnWriteDone(bool ok) {
  bool finish = false;
  {
    absl::MutexLock lock(&mutex_);
    broken_ = !ok;
    answers_.pop_front();
    --in_flight_;
    WriteNext();
    finish = TakeFinish();
  }
  if (finish) Finish(grpc::Status::OK);
}

bool PredictStreamReactor::TakeFinish() {
  if (!reads_done_ || in_flight_ > 0 || finished_) return false;
  finished_ = true;
  return true;
}

void PredictStreamReactor::OnDone() {
  streams_.Remove(*this);
  delete this;
}

}  // namespace serin::model_server
