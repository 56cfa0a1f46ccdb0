#include "router/grpc/endpoint_health.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <utility>

#include "router/backends/endpoint_picker.h"

namespace serin::router {

using HealthResponse = grpc::health::v1::HealthCheckResponse;

// Lives from StartCall to OnDone.
class EndpointHealth::Watch final : public grpc::ClientReadReactor<HealthResponse> {
 public:
  explicit Watch(EndpointHealth& health) : health_(health) {}

  void Begin() {
    health_.stub_->async()->Watch(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    const bool serving = response_.status() == HealthResponse::SERVING;
    health_.serving_.store(serving, std::memory_order_relaxed);
    // A server that drains would wait for this call; a new one asks again after a while.
    if (!serving) return context_.TryCancel();
    {
      absl::MutexLock lock(&health_.mutex_);
      health_.backoff_.Reset();
    }
    StartRead(&response_);
  }

  void OnDone(const grpc::Status& status) override {
    health_.OnEnded(status.error_code() == grpc::StatusCode::UNIMPLEMENTED);
    delete this;
  }

 private:
  EndpointHealth& health_;
  grpc::ClientContext context_;
  const grpc::health::v1::HealthCheckRequest request_;
  HealthResponse response_;
};

EndpointHealth::EndpointHealth(std::shared_ptr<grpc::Channel> channel, const Clock& clock)
    : stub_(grpc::health::v1::Health::NewStub(std::move(channel))), clock_(clock) {}

void EndpointHealth::Close() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  serving_.store(false, std::memory_order_relaxed);
  if (watch_ != nullptr) watch_->Cancel();
  const auto ended = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return watch_ == nullptr; };
  mutex_.Await(absl::Condition(&ended));
}

void EndpointHealth::Tick() {
  Watch* started = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_ || watch_ != nullptr || clock_.Now() < retry_at_) return;
    started = watch_ = new Watch(*this);
  }
  started->Begin();
}

void EndpointHealth::OnEnded(bool unimplemented) {
  absl::MutexLock lock(&mutex_);
  serving_.store(unimplemented && !stopping_, std::memory_order_relaxed);
  retry_at_ = clock_.Now() + backoff_.Next(CheapRandom());
  watch_ = nullptr;
}

}  // namespace serin::router
