#include "model-server/grpc/predict_stream_reactor.h"

#include <memory>
#include <utility>

#include "common/status/grpc_status.h"
#include "model-server/grpc/batch_job.h"

namespace serin::model_server {

PredictStreamReactor::PredictStreamReactor(const ServingContext& serving, StreamRegistry& streams,
                                           grpc::CallbackServerContext& context)
    : serving_(serving), streams_(streams), context_(context) {
  (void)CallState(context).trace_id();  // before there is more than one thread, see there
  {
    absl::MutexLock lock(&mutex_);
    ReadNext();
  }
  streams_.Add(*this);
}

void PredictStreamReactor::ReadNext() {
  if (reads_done_ || reading_ || in_flight_ >= kMaxBatchesInFlight) return;
  reading_ = true;
  StartRead(&message_);
}

void PredictStreamReactor::OnReadDone(bool ok) {
  grpc::ByteBuffer message;
  bool taken = false;
  std::optional<grpc::Status> end;
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (!ok) reads_done_ = true;
    // A batch that comes after the drain began is the client's to send elsewhere.
    taken = !reads_done_;
    message.Swap(&message_);
    if (taken) {
      ++in_flight_;
      ReadNext();
    }
    end = TakeFinish();
  }
  if (end.has_value()) return Finish(*end);
  if (!taken) return;
  serving_.AnswerMessage(message.Length(),
                         [this, message = std::move(message)] { Answer(message); });
}

void PredictStreamReactor::Drain() {
  std::optional<grpc::Status> end;
  {
    absl::MutexLock lock(&mutex_);
    reads_done_ = true;
    end = TakeFinish();
  }
  if (end.has_value()) Finish(*end);
}

void PredictStreamReactor::Answer(const grpc::ByteBuffer& message) {
  auto job = std::make_unique<BatchJob>(serving_, context_);
  if (absl::Status status = job->Read(message); !status.ok()) {
    return serving_.FinishBatch([this, status] { Fail(status); });
  }
  if (absl::Status status = job->Admit(); !status.ok()) {
    return serving_.FinishBatch([this, answer = job->Refusal(status)] { OnAnswered(answer); });
  }
  BatchJob::Run(std::move(job), [this](grpc::ByteBuffer answer) { OnAnswered(std::move(answer)); });
}

void PredictStreamReactor::Fail(const absl::Status& status) {
  std::optional<grpc::Status> end;
  {
    absl::MutexLock lock(&mutex_);
    reads_done_ = true;
    end_ = ToGrpcStatus(status);
    --in_flight_;
    end = TakeFinish();
  }
  if (end.has_value()) Finish(*end);
}

void PredictStreamReactor::OnAnswered(grpc::ByteBuffer answer) {
  std::optional<grpc::Status> end;
  {
    absl::MutexLock lock(&mutex_);
    answers_.push_back(std::move(answer));
    if (!writing_) WriteNext();
    end = TakeFinish();
  }
  if (end.has_value()) Finish(*end);
}

void PredictStreamReactor::WriteNext() {
  if (broken_) {
    // Nobody reads the answers any more.
    in_flight_ -= static_cast<int>(answers_.size());
    answers_.clear();
  }
  writing_ = !answers_.empty();
  if (writing_) StartWrite(&answers_.front());
  ReadNext();
}

void PredictStreamReactor::OnWriteDone(bool ok) {
  std::optional<grpc::Status> end;
  {
    absl::MutexLock lock(&mutex_);
    broken_ = !ok;
    answers_.pop_front();
    --in_flight_;
    WriteNext();
    end = TakeFinish();
  }
  if (end.has_value()) Finish(*end);
}

std::optional<grpc::Status> PredictStreamReactor::TakeFinish() {
  if (!reads_done_ || in_flight_ > 0 || finished_) return std::nullopt;
  finished_ = true;
  return end_;
}

void PredictStreamReactor::OnDone() {
  streams_.Remove(*this);
  delete this;
}

}  // namespace serin::model_server
