#include "router/grpc/predict_stream_client.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <utility>

#include "common/status/grpc_status.h"
#include "router/backends/endpoint_picker.h"
#include "router/grpc/arena_messages.h"
#include "router/grpc/prediction_messages.h"

namespace serin::router {
namespace {

constexpr size_t kSpareRequests = 8;

// What the reply to some dozens of items takes.
constexpr size_t kReplyBlock = 16 << 10;

}  // namespace

// Lives from StartCall to OnDone. Writes are queued, as gRPC takes one at a time; a hold keeps
// OnDone away while Write() may still come from other threads.
class PredictStreamClient::Call final
    : public grpc::ClientBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse> {
 public:
  explicit Call(PredictStreamClient& client) : client_(client) {}

  // After it, writes may come, even before Begin().
  void Bind(v1::Predictor::Stub& stub) {
    stub.async()->PredictStream(&context_, this);
    AddHold();
  }

  void Begin() {
    ReadNext();
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

  // Under client_.mutex_. True: `request` is to be written now by WriteNow().
  bool Enqueue(std::unique_ptr<Request> request) {
    if (closed_) return false;
    pending_.push_back(std::move(request));
    if (pending_.size() > 1) return false;
    AddHold();
    return true;
  }

  // Not under client_.mutex_, as gRPC may report the end of a write from within.
  void WriteNow(const Request* request) {
    StartWrite(request);
    RemoveHold();
  }

  const Request* front() const { return pending_.front().get(); }

  void OnWriteDone(bool ok) override {
    const Request* next = nullptr;
    {
      absl::MutexLock lock(&client_.mutex_);
      std::unique_ptr<Request> done = std::move(pending_.front());
      pending_.pop_front();
      if (client_.spare_.size() < kSpareRequests) client_.spare_.push_back(std::move(done));
      if (ok && !closed_ && !pending_.empty()) {
        next = front();
        AddHold();
      }
    }
    if (next != nullptr) WriteNow(next);
  }

  void OnReadDone(bool ok) override {
    if (ok) {
      client_.OnReply(*response_);
      ReadNext();
      return;
    }
    {
      absl::MutexLock lock(&client_.mutex_);
      closed_ = true;
    }
    RemoveHold();
  }

  void OnDone(const grpc::Status& status) override {
    client_.OnEnded(status.ok() ? absl::UnavailableError("it closed the stream")
                                : FromGrpcStatus(status));
    delete this;
  }

 private:
  void ReadNext() {
    arena_.Reset();
    response_ = arena_.Create<v1::PredictBatchResponse>();
    StartRead(response_);
  }

  PredictStreamClient& client_;
  grpc::ClientContext context_;
  MessageArena<kReplyBlock> arena_;
  v1::PredictBatchResponse* response_ = nullptr;
  // The next two are guarded by client_.mutex_. The front is being written.
  std::deque<std::unique_ptr<Request>> pending_;
  bool closed_ = false;
};

PredictStreamClient::PredictStreamClient(std::shared_ptr<grpc::Channel> channel, const Clock& clock,
                                         IntHistogram& batch_items, Coalescer::Limits limits)
    : stub_(v1::Predictor::NewStub(std::move(channel))),
      clock_(clock),
      coalescer_(*this, clock, batch_items, limits) {}

void PredictStreamClient::Close() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  if (call_ != nullptr) call_->Cancel();
  const auto ended = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return call_ == nullptr; };
  mutex_.Await(absl::Condition(&ended));
}

void PredictStreamClient::Tick(bool wanted) {
  coalescer_.Expire();
  Call* started = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    if (!wanted || stopping_ || call_ != nullptr || clock_.Now() < retry_at_) return;
    started = call_ = new Call(*this);
  }
  started->Bind(*stub_);
  // Before Begin(), as the call may end within it, and OnBroken() must come last.
  coalescer_.OnConnected();
  started->Begin();
}

std::unique_ptr<PredictStreamClient::Request> PredictStreamClient::TakeRequest() {
  if (spare_.empty()) return std::make_unique<Request>();
  std::unique_ptr<Request> request = std::move(spare_.back());
  spare_.pop_back();
  return request;
}

void PredictStreamClient::Send(uint64_t message_id, absl::Span<Item* const> items) {
  std::unique_ptr<Request> request;
  {
    absl::MutexLock lock(&mutex_);
    request = TakeRequest();
  }
  request->Clear();
  request->set_batch_id(message_id);
  for (const Item* item : items) {
    request->add_items()->set_text(item->text.data(), item->text.size());
  }
  const Request* const written = request.get();
  Call* call = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    if (call_ != nullptr && call_->Enqueue(std::move(request))) call = call_;
  }
  if (call != nullptr) call->WriteNow(written);
}

void PredictStreamClient::OnReply(const v1::PredictBatchResponse& response) {
  {
    absl::MutexLock lock(&mutex_);
    backoff_.Reset();
  }
  if (response.has_error()) {
    const absl::Status error = ErrorFromMessage(response.error());
    const auto fail = [&](size_t) { return Outcome(error); };
    coalescer_.OnReply(response.batch_id(), SIZE_MAX, fail);
    return;
  }
  const auto take = [&](size_t i) {
    return OutcomeFromMessage(response.results(static_cast<int>(i)));
  };
  coalescer_.OnReply(response.batch_id(), static_cast<size_t>(response.results_size()), take);
}

void PredictStreamClient::OnEnded(const absl::Status& status) {
  coalescer_.OnBroken(status);
  absl::MutexLock lock(&mutex_);
  retry_at_ = clock_.Now() + backoff_.Next(CheapRandom());
  call_ = nullptr;
}

}  // namespace serin::router
