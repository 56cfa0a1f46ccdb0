#include "router/grpc/oip_endpoint.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/status/grpc_status.h"
#include "router/grpc/oip_messages.h"

namespace serin::router {
namespace {

constexpr absl::Duration kPollTimeout = absl::Seconds(1);
// While it is not ready.
constexpr absl::Duration kPollSoon = absl::Milliseconds(200);

// The model has looked at the texts, so one of them may be at fault.
bool MayBeOfOneText(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInvalidArgument ||
         status.code() == absl::StatusCode::kInternal ||
         status.code() == absl::StatusCode::kUnknown;
}

void SetDeadline(grpc::ClientContext& context, absl::Time deadline) {
  if (deadline < absl::InfiniteFuture()) context.set_deadline(absl::ToChronoTime(deadline));
}

}  // namespace

// ServerReady, then ModelReady. Lives until both are answered.
class OipEndpoint::Poll {
 public:
  explicit Poll(OipEndpoint& endpoint) : endpoint_(endpoint) {
    model_request_.set_name(endpoint.model_);
    model_request_.set_version(endpoint.model_version_);
  }

  void Begin() {
    Prepare(server_context_);
    endpoint_.stub_->async()->ServerReady(
        &server_context_, &server_request_, &server_response_,
        [this](const grpc::Status& status) { OnServer(FromGrpcStatus(status)); });
  }

 private:
  void Prepare(grpc::ClientContext& context) {
    SetDeadline(context, endpoint_.clock_.Now() + kPollTimeout);
    if (!endpoint_.Register(&context)) context.TryCancel();
  }

  void OnServer(absl::Status status) {
    endpoint_.Unregister(&server_context_);
    if (status.ok() && !server_response_.ready()) {
      status = absl::UnavailableError("the server is not ready");
    }
    if (!status.ok()) return End(status);
    Prepare(model_context_);
    endpoint_.stub_->async()->ModelReady(
        &model_context_, &model_request_, &model_response_, [this](const grpc::Status& answer) {
          endpoint_.Unregister(&model_context_);
          absl::Status ready = FromGrpcStatus(answer);
          if (ready.ok() && !model_response_.ready()) {
            ready = absl::UnavailableError("the model is not ready");
          }
          End(ready);
        });
  }

  void End(const absl::Status& status) {
    OipEndpoint& endpoint = endpoint_;
    delete this;
    endpoint.OnPolled(status);
  }

  OipEndpoint& endpoint_;
  grpc::ClientContext server_context_;
  grpc::ClientContext model_context_;
  const inference::ServerReadyRequest server_request_;
  inference::ServerReadyResponse server_response_;
  inference::ModelReadyRequest model_request_;
  inference::ModelReadyResponse model_response_;
};

// The texts of one message, in one call or, when the model refuses it, in several one after the
// other. Lives until all have an outcome.
class OipEndpoint::Batch {
 public:
  Batch(OipEndpoint& endpoint, uint64_t message_id, absl::Span<Item* const> items)
      : endpoint_(endpoint), message_id_(message_id) {
    for (const Item* item : items) {
      texts_.emplace_back(item->text);
      deadline_ = std::max(deadline_, item->deadline);
    }
    outcomes_.resize(texts_.size());
    ranges_.emplace_back(0, texts_.size());
  }

  // The next call. gRPC tells of its end on another thread or after the present callback, never
  // from within, so this may be called under the coalescer's lock.
  void Next() {
    const auto [begin, count] = ranges_.back();
    request_ = InferRequest(endpoint_.model_, endpoint_.model_version_,
                            absl::MakeSpan(texts_).subspan(begin, count));
    response_.Clear();
    context_ = std::make_unique<grpc::ClientContext>();
    SetDeadline(*context_, deadline_);
    if (!endpoint_.Register(context_.get())) context_->TryCancel();
    endpoint_.stub_->async()->ModelInfer(
        context_.get(), &request_, &response_,
        [this](const grpc::Status& status) { OnAnswer(FromGrpcStatus(status)); });
  }

 private:
  void OnAnswer(absl::Status status) {
    endpoint_.Unregister(context_.get());
    // The endpoint cancels when it is closed; the caller has not.
    if (absl::IsCancelled(status)) status = absl::UnavailableError("the endpoint is closed");
    const auto [begin, count] = ranges_.back();
    ranges_.pop_back();
    if (MayBeOfOneText(status) && count > 1) {
      ranges_.emplace_back(begin + count / 2, count - count / 2);
      ranges_.emplace_back(begin, count / 2);
    } else {
      std::vector<Outcome> outcomes =
          status.ok() ? OutcomesOf(response_, count) : std::vector<Outcome>(count, Outcome(status));
      std::move(outcomes.begin(), outcomes.end(),
                outcomes_.begin() + static_cast<std::ptrdiff_t>(begin));
    }
    if (!ranges_.empty()) return Next();
    const auto take = [this](size_t i) { return std::move(outcomes_[i]); };
    endpoint_.coalescer_.OnReply(message_id_, outcomes_.size(), take);
    OipEndpoint& endpoint = endpoint_;
    delete this;
    absl::MutexLock lock(&endpoint.mutex_);
    --endpoint.live_;
  }

  OipEndpoint& endpoint_;
  const uint64_t message_id_;
  absl::Time deadline_ = absl::InfinitePast();
  std::vector<std::string> texts_;
  std::vector<Outcome> outcomes_;
  // Begin and size of what is still to be asked, the next one last.
  std::vector<std::pair<size_t, size_t>> ranges_;
  std::unique_ptr<grpc::ClientContext> context_;
  inference::ModelInferRequest request_;
  inference::ModelInferResponse response_;
};

OipEndpoint::OipEndpoint(std::string address, std::string model, std::string model_version,
                         const std::shared_ptr<grpc::Channel>& channel, const Clock& clock,
                         IntHistogram& batch_items)
    : address_(std::move(address)),
      model_(std::move(model)),
      model_version_(std::move(model_version)),
      stub_(inference::GRPCInferenceService::NewStub(channel)),
      clock_(clock),
      coalescer_(*this, clock, batch_items, Coalescer::Limits()) {}

void OipEndpoint::Send(uint64_t message_id, absl::Span<Item* const> items) {
  {
    absl::MutexLock lock(&mutex_);
    ++live_;
  }
  (new Batch(*this, message_id, items))->Next();
}

void OipEndpoint::Tick() {
  coalescer_.Expire();
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_ || polling_ || clock_.Now() < poll_at_) return;
    polling_ = true;
    ++live_;
  }
  (new Poll(*this))->Begin();
}

void OipEndpoint::OnPolled(const absl::Status& status) {
  const bool was_ready = ready();
  {
    absl::MutexLock lock(&mutex_);
    poll_at_ = clock_.Now() + (status.ok() ? kPollEvery : kPollSoon);
  }
  if (status.ok() && !was_ready) {
    quality().OnReady(clock_.Now());
    coalescer_.OnConnected();
  } else if (!status.ok() && was_ready) {
    coalescer_.OnBroken(status);
  }
  absl::MutexLock lock(&mutex_);
  polling_ = false;
  --live_;
}

bool OipEndpoint::Register(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  calls_.insert(context);
  return !stopping_;
}

void OipEndpoint::Unregister(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  calls_.erase(context);
}

void OipEndpoint::Close() {
  const absl::Status closed = absl::UnavailableError("it is closed");
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    for (grpc::ClientContext* const call : calls_) call->TryCancel();
  }
  coalescer_.OnBroken(closed);
  {
    absl::MutexLock lock(&mutex_);
    const auto ended = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return live_ == 0; };
    mutex_.Await(absl::Condition(&ended));
  }
  // A poll that had just succeeded.
  coalescer_.OnBroken(closed);
}

}  // namespace serin::router
