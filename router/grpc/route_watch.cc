#include "router/grpc/route_watch.h"

#include <utility>

#include "common/status/grpc_status.h"
#include "router/grpc/route_messages.h"

namespace serin::router {

RouteWatch::RouteWatch(RouteStore& store, const RouteBackends& backends, uint64_t from_revision)
    : store_(store), backends_(backends) {
  subscription_ = store_.Subscribe(
      [this](const Route& route, const std::shared_ptr<const ActiveRevision>& published) {
        if (&route == &backends_.route()) AddNew(*published);
      });
  AddPast(from_revision);
}

void RouteWatch::AddPast(uint64_t from_revision) {
  const v1::Route* first = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    const std::shared_ptr<const ActiveRevision> active = backends_.route().active();
    newest_ = from_revision == 0 ? active->number() - 1 : from_revision;
    for (uint64_t number = newest_ + 1; number < active->number(); ++number) {
      const auto past = store_.FindRevision(backends_.route(), number);
      if (past.ok()) Add(**past);
    }
    Add(*active);
    started_ = true;
    if (!pending_.empty()) first = &pending_.front();
  }
  if (first != nullptr) StartWrite(first);
}

void RouteWatch::AddNew(const ActiveRevision& revision) {
  const v1::Route* first = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    // Before AddPast() has run, it will find this one too.
    if (!started_) return;
    const bool idle = pending_.empty();
    Add(revision);
    if (idle && !pending_.empty()) first = &pending_.front();
  }
  if (first != nullptr) StartWrite(first);
}

void RouteWatch::Add(const ActiveRevision& revision) {
  if (ended_ || revision.number() <= newest_) return;
  newest_ = revision.number();
  pending_.push_back(ToMessage(backends_, revision));
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
