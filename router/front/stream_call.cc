#include "router/front/stream_call.h"

#include <string>
#include <utility>

#include "router/front/routed_batch.h"

namespace serin::router {

// A batch on its way; a link of its stream's list.
class StreamCall::Batch final : public RoutedCall, private LoopTask {
 public:
  explicit Batch(StreamCall& stream) : stream_(stream) {}

  void Start() {
    items = batch.items();
    deadline = stream_.DeadlineFrom(stream_.context_.clock.Now());
    for (RoutedItem& item : items) stream_.AddCallMetadata(item);
    stream_.context_.router.Start(*this);
  }

  RoutedBatch batch;
  Batch* next = nullptr;
  Batch* prev = nullptr;

 private:
  void OnAnswered() override { stream_.loop_.Post(static_cast<LoopTask&>(*this)); }
  void Run() override { stream_.OnBatchDone(*this); }

  StreamCall& stream_;
};

StreamCall::StreamCall(FrontContext& context, http2::ServerCall& call) : FrontCall(context, call) {
  // A caller may wait for it before its first batch.
  call.SendHeaders({});
}

void StreamCall::Link(Batch& batch) {
  ++in_flight_;
  kept_ += batch.batch.memory();
  call_->SetKept(kept_);
  batch.next = first_;
  if (first_ != nullptr) first_->prev = &batch;
  first_ = &batch;
}

void StreamCall::Unlink(Batch& batch) {
  --in_flight_;
  kept_ -= batch.batch.memory();
  if (call_ != nullptr) call_->SetKept(kept_);
  (batch.prev == nullptr ? first_ : batch.prev->next) = batch.next;
  if (batch.next != nullptr) batch.next->prev = batch.prev;
}

void StreamCall::OnMessage(std::string message) {
  auto batch = std::make_unique<Batch>(*this);
  if (!batch->batch.ReadHead(std::move(message))) return End(NotARequest("PredictBatchRequest"));
  const absl::Status fits = CheckBatchSize(batch->batch.size(), context_.limits.max_batch_items);
  if (!fits.ok()) return Refuse(batch->batch.batch_id(), fits);
  if (!batch->batch.ReadItems()) return End(NotARequest("PredictBatchRequest"));
  Link(*batch);
  Pace();
  batch.release()->Start();
}

void StreamCall::Refuse(uint64_t batch_id, const absl::Status& why) {
  AppendBatchError(batch_id, why, call_->BeginMessage());
  call_->EndMessage();
  Pace();
}

void StreamCall::Pace() {
  if (call_ == nullptr || full() == paused_) return;
  paused_ = !paused_;
  if (paused_) return call_->PauseReading();
  call_->ResumeReading();
}

void StreamCall::OnSent() { Pace(); }

void StreamCall::OnBatchDone(Batch& batch) {
  Unlink(batch);
  if (call_ != nullptr) {
    AppendBatchResponse(batch.batch.batch_id(), batch.items, call_->BeginMessage());
    call_->EndMessage();
  }
  delete &batch;
  if (call_ == nullptr || half_closed_) return FinishWhenIdle();
  // The last thing, as what is read then may end the stream.
  Pace();
}

void StreamCall::OnHalfClosed() {
  half_closed_ = true;
  FinishWhenIdle();
}

void StreamCall::FinishWhenIdle() {
  if (in_flight_ > 0) return;
  if (call_ == nullptr) {
    delete this;
  } else if (half_closed_) {
    End(absl::OkStatus());
  }
}

void StreamCall::End(const absl::Status& status) {
  call_->Finish(status);
  OnCancelled();
}

void StreamCall::OnCancelled() {
  call_ = nullptr;
  if (in_flight_ == 0) return delete this;
  // Their answers come by the loop's queue, so the list stays as it is meanwhile.
  for (Batch* batch = first_; batch != nullptr; batch = batch->next) {
    context_.router.Cancel(*batch);
  }
}

}  // namespace serin::router
