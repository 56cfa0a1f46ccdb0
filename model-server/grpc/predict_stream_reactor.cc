#include "model-server/grpc/predict_stream_reactor.h"

#include <string>
#include <utility>

#include "model-server/grpc/prediction_messages.h"

namespace serin::model_server {

PredictStreamReactor::PredictStreamReactor(const PredictionEngine& engine,
                                           ChunkScheduler& scheduler, size_t max_batch_items)
    : engine_(engine), scheduler_(scheduler), max_batch_items_(max_batch_items) {
  absl::MutexLock lock(&mutex_);
  ReadNext();
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
    reads_done_ = !ok;
    if (ok) {
      ++in_flight_;
      ReadNext();
    }
    finish = TakeFinish();
  }
  if (finish) return Finish(grpc::Status::OK);
  if (ok) Answer(std::move(batch));
}

void PredictStreamReactor::Answer(std::shared_ptr<Batch> batch) {
  Batch& b = *batch;
  if (const absl::Status status = CheckBatch(*b.request, max_batch_items_); !status.ok()) {
    b.response->set_batch_id(b.request->batch_id());
    b.response->mutable_error()->set_code(static_cast<int>(status.code()));
    b.response->mutable_error()->set_message(std::string(status.message()));
    return OnAnswered(std::move(batch));
  }
  AnswerBatch(engine_, scheduler_, *b.request, *b.response,
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

void PredictStreamReactor::OnDone() { delete this; }

}  // namespace serin::model_server
