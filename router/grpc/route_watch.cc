#include "router/grpc/route_watch.h"

#include <utility>

#include "common/status/grpc_status.h"
#include "router/grpc/route_messages.h"

namespace serin::router {

RouteWatch::RouteWatch(RouteStore& store, const RouteBackends& backends)
    : store_(store), backends_(backends) {
  // The first message may be followed by the same revision again, but none is missed.
  Add();
  subscription_ = store_.Subscribe([this](const Route& route) {
    if (&route == &backends_.route) Add();
  });
}

void RouteWatch::Add() {
  v1::Route message = ToMessage(backends_, *backends_.route.active());
  const v1::Route* first = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    if (ended_) return;
    pending_.push_back(std::move(message));
    if (pending_.size() == 1) first = &pending_.front();
  }
  if (first != nullptr) StartWrite(first);
}

void RouteWatch::OnWriteDone(bool ok) {
  const v1::Route* next = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    pending_.pop_front();
    if (ok && !ended_ && !pending_.empty()) next = &pending_.front();
  }
  if (next != nullptr) StartWrite(next);
}

void RouteWatch::OnCancel() {
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
  }
  store_.Unsubscribe(subscription_);
  Finish(grpc::Status::CANCELLED);
}

FailedWatch::FailedWatch(const absl::Status& status) { Finish(ToGrpcStatus(status)); }

}  // namespace serin::router
