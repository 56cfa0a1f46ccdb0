#include "stream-client/grpc/predict_stream_call.h"

#include <utility>

namespace serin::stream {
namespace {

// Requests kept for reuse: their strings keep their memory.
constexpr size_t kMostSpareRequests = 4;
// A request that was once this large is not kept.
constexpr size_t kLargestSpareBytes = 1 << 20;

}  // namespace

void StreamEvents::Post(Event event) {
  {
    absl::MutexLock lock(&mutex_);
    events_.push_back(std::move(event));
  }
  wakeup_.Notify();
}

std::vector<StreamEvents::Event> StreamEvents::TakeAll() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(events_, {});
}

std::shared_ptr<PredictStreamCall> PredictStreamCall::Start(v1::Predictor::Stub& stub, uint64_t id,
                                                            std::shared_ptr<StreamEvents> events) {
  std::shared_ptr<PredictStreamCall> call(new PredictStreamCall(id, std::move(events)));
  call->self_ = call;
  call->context_.set_wait_for_ready(true);
  stub.async()->PredictStream(&call->context_, call.get());
  call->AddHold();
  call->reading_ = std::make_unique<ArenaResponse>();
  call->StartRead(call->reading_->get());
  call->StartCall();
  return call;
}

std::unique_ptr<v1::PredictBatchRequest> PredictStreamCall::NewRequest() {
  absl::MutexLock lock(&mutex_);
  if (spare_.empty()) return std::make_unique<v1::PredictBatchRequest>();
  std::unique_ptr<v1::PredictBatchRequest> request = std::move(spare_.back());
  spare_.pop_back();
  return request;
}

void PredictStreamCall::Send(std::unique_ptr<v1::PredictBatchRequest> request) {
  absl::MutexLock lock(&mutex_);
  if (!open_) return;
  queue_.push_back(std::move(request));
  if (writing_ == nullptr) WriteNext();
}

void PredictStreamCall::WriteNext() {
  if (!open_ || queue_.empty()) return;
  writing_ = std::move(queue_.front());
  queue_.pop_front();
  StartWrite(writing_.get());
}

void PredictStreamCall::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  if (spare_.size() < kMostSpareRequests && writing_->ByteSizeLong() <= kLargestSpareBytes) {
    spare_.push_back(std::move(writing_));
  }
  writing_ = nullptr;
  if (ok) WriteNext();
}

void PredictStreamCall::OnReadDone(bool ok) {
  if (!ok) {
    absl::MutexLock lock(&mutex_);
    ReleaseHold();
    return;
  }
  events_->Post({id_, std::exchange(reading_, std::make_unique<ArenaResponse>()), {}});
  StartRead(reading_->get());
}

void PredictStreamCall::ReleaseHold() {
  if (!open_) return;
  open_ = false;
  RemoveHold();
}

void PredictStreamCall::OnDone(const grpc::Status& status) {
  // Whoever hears of the end may take down the channel, and all of gRPC with it, so the call has to
  // be gone by then, or to be its hearer's.
  const std::shared_ptr<StreamEvents> events = events_;
  StreamEvents::Event end{id_, nullptr, status};
  self_ = nullptr;
  events->Post(std::move(end));
}

}  // namespace serin::stream
