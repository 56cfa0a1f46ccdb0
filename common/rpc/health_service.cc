#include "common/rpc/health_service.h"

#include <utility>

namespace serin {

using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

// One Watch call. Its state is guarded by the service's mutex, so that a change and the end of the
// call cannot cross; gRPC never runs a callback inside StartWrite() or Finish(). Deletes itself.
class HealthService::Watcher final : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  Watcher(HealthService& service, std::string name) : service_(service), name_(std::move(name)) {
    absl::MutexLock lock(&service_.mutex_);
    service_.watchers_.insert(this);
    Advance();
  }

  // Does what is due next, unless a write is under way, whose end comes here again.
  void Advance() {
    service_.mutex_.AssertHeld();
    if (writing_ || finished_) return;
    const ServingStatus now = service_.StatusOf(name_);
    if (now != told_ && !gone_) {
      told_ = now;
      response_.set_status(now);
      writing_ = true;
      StartWrite(&response_);
    } else if (gone_ || service_.shut_down_) {
      finished_ = true;
      Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server shuts down"));
    }
  }

 private:
  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&service_.mutex_);
    writing_ = false;
    gone_ = gone_ || !ok;
    Advance();
  }

  void OnCancel() override {
    absl::MutexLock lock(&service_.mutex_);
    gone_ = true;
    Advance();
  }

  void OnDone() override {
    {
      absl::MutexLock lock(&service_.mutex_);
      service_.watchers_.erase(this);
    }
    delete this;
  }

  HealthService& service_;
  const std::string name_;
  HealthCheckResponse response_;
  ServingStatus told_ = HealthCheckResponse::UNKNOWN;  // which is never told
  bool writing_ = false;
  bool gone_ = false;
  bool finished_ = false;
};

void HealthService::SetServing(const std::string& name, bool serving) {
  absl::MutexLock lock(&mutex_);
  serving_[name] = serving && !shut_down_;
  TellWatchers();
}

void HealthService::Shutdown() {
  absl::MutexLock lock(&mutex_);
  shut_down_ = true;
  for (auto& [name, status] : serving_) status = false;
  TellWatchers();
}

HealthService::ServingStatus HealthService::StatusOf(const std::string& name) const {
  const auto found = serving_.find(name);
  if (found == serving_.end()) return HealthCheckResponse::SERVICE_UNKNOWN;
  return found->second ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

void HealthService::TellWatchers() {
  for (Watcher* watcher : watchers_) watcher->Advance();
}

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context,
                                               const HealthCheckRequest* request,
                                               HealthCheckResponse* response) {
  ServingStatus status = HealthCheckResponse::UNKNOWN;
  {
    absl::MutexLock lock(&mutex_);
    status = StatusOf(request->service());
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
    reactor->Finish(
        grpc::Status(grpc::StatusCode::NOT_FOUND,
                     "service: expected a known one, got \"" + request->service() + "\""));
    return reactor;
  }
  response->set_status(status);
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(
    grpc::CallbackServerContext*, const HealthCheckRequest* request) {
  return new Watcher(*this, request->service());
}

}  // namespace serin
