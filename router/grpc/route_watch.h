#pragma once

#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "router/dispatch/request_router.h"
#include "serin/v1/canary_admin.grpc.pb.h"

namespace serin::router {

// One WatchRoute: the route now, then after every publication, until the caller cancels. Deletes
// itself when gRPC is through with it.
class RouteWatch final : public grpc::ServerWriteReactor<v1::Route> {
 public:
  RouteWatch(RouteStore& store, const RouteBackends& backends);

 private:
  void Add();
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override { delete this; }

  RouteStore& store_;
  const RouteBackends& backends_;
  uint64_t subscription_ = 0;

  absl::Mutex mutex_;
  // The front is being written.
  std::deque<v1::Route> pending_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

// A watch that ends at once with an error.
class FailedWatch final : public grpc::ServerWriteReactor<v1::Route> {
 public:
  explicit FailedWatch(const absl::Status& status);

 private:
  void OnDone() override { delete this; }
};

}  // namespace serin::router
