#include "router/front/unary_calls.h"

#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "router/front/front_call.h"
#include "router/front/routed_batch.h"

namespace serin::router {
namespace {

// A call with one request and one answer. It lives on its loop; the answer may be found on any
// thread and is brought back by the loop's queue.
class UnaryCall : public FrontCall, public RoutedCall, private LoopTask {
 public:
  using FrontCall::FrontCall;

  void OnMessage(std::string message) final {
    if (started_) return End(absl::InternalError("expected one request message, got more"));
    const absl::Status read = Read(std::move(message));
    if (!read.ok()) return End(read);
    started_ = true;
    call_->SetKept(memory());
    deadline = DeadlineFrom(context_.clock.Now());
    for (RoutedItem& item : items) AddCallMetadata(item);
    context_.router.Start(*this);
  }

  void OnHalfClosed() final {
    if (!started_) End(absl::InternalError("expected one request message, got none"));
  }

  void OnCancelled() final {
    call_ = nullptr;
    if (!started_) return delete this;
    // This answers the call, maybe at once, but the answer comes by the loop's queue.
    context_.router.Cancel(*this);
  }

 protected:
  // Sets `items`.
  virtual absl::Status Read(std::string message) = 0;
  // That the request takes.
  virtual size_t memory() const = 0;
  // Ends the call with the items' outcome.
  virtual void Answer(http2::ServerCall& call) = 0;

 private:
  void OnAnswered() final { loop_.Post(static_cast<LoopTask&>(*this)); }

  void Run() final {
    if (call_ != nullptr) Answer(*call_);
    delete this;
  }

  void End(const absl::Status& status) {
    call_->Finish(status);
    OnCancelled();
  }

  bool started_ = false;
};

class PredictCall final : public UnaryCall {
 public:
  using UnaryCall::UnaryCall;

 private:
  absl::Status Read(std::string message) override {
    message_ = std::move(message);
    if (!ReadRequest(message_, item_)) return NotARequest("PredictRequest");
    items = absl::MakeSpan(&item_, 1);
    return absl::OkStatus();
  }

  size_t memory() const override { return message_.size() + sizeof(*this); }

  void Answer(http2::ServerCall& call) override {
    SendMetadata(call);
    if (item_.outcome.ok()) {
      AppendResponse(item_, call.BeginMessage());
      call.EndMessage();
    }
    call.Finish(item_.outcome.status());
  }

  // Tells the caller who answered; nothing when the item was never assigned.
  void SendMetadata(http2::ServerCall& call) const {
    if (item_.route == nullptr) return;
    std::array<char, 20> digits;  // As many as any uint64_t has.
    const std::to_chars_result end =
        std::to_chars(digits.begin(), digits.end(), item_.revision->number());
    const std::string_view revision(digits.data(), static_cast<size_t>(end.ptr - digits.data()));
    call.SendHeaders({{"serin-model-version", item_.answered_version()},
                      {"serin-route-revision", revision},
                      {"serin-assignment", AssignmentName(item_.kind)}});
  }

  std::string message_;
  RoutedItem item_;
};

class PredictBatchCall final : public UnaryCall {
 public:
  using UnaryCall::UnaryCall;

 private:
  absl::Status Read(std::string message) override {
    if (!batch_.ReadHead(std::move(message))) return NotARequest("PredictBatchRequest");
    const absl::Status fits = CheckBatchSize(batch_.size(), context_.limits.max_batch_items);
    if (!fits.ok()) return fits;
    if (!batch_.ReadItems()) return NotARequest("PredictBatchRequest");
    items = batch_.items();
    return absl::OkStatus();
  }

  size_t memory() const override { return batch_.memory(); }

  void Answer(http2::ServerCall& call) override {
    AppendBatchResponse(batch_.batch_id(), items, call.BeginMessage());
    call.EndMessage();
    call.Finish(absl::OkStatus());
  }

  RoutedBatch batch_;
};

}  // namespace

http2::CallHandler* NewPredictCall(FrontContext& context, http2::ServerCall& call) {
  return new PredictCall(context, call);
}

http2::CallHandler* NewPredictBatchCall(FrontContext& context, http2::ServerCall& call) {
  return new PredictBatchCall(context, call);
}

}  // namespace serin::router
