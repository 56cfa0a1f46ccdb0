#pragma once

#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "router/dispatch/route_backends.h"
#include "router/revisions/route_store.h"
#include "serin/v1/canary_admin.grpc.pb.h"

namespace serin::router {

// One WatchRoute: the revisions after the one the caller saw, or the one in force, then every new
// one, each once and in order, until the caller cancels. Deletes itself when gRPC is through with
// it.
class RouteWatch final : public grpc::ServerWriteReactor<v1::Route> {
 public:
  // `from_revision` is at most the route's revision; 0: start with the one in force.
  RouteWatch(RouteStore& store, const RouteBackends& backends, uint64_t from_revision);

 private:
  void AddPast(uint64_t from_revision);
  void AddNew(const ActiveRevision& revision);
  void Add(const ActiveRevision& revision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override { delete this; }

  RouteStore& store_;
  const RouteBackends& backends_;
  uint64_t subscription_ = 0;

  absl::Mutex mutex_;
  // The front is being written.
  std::deque<v1::Route> pending_ ABSL_GUARDED_BY(mutex_);
  // The newest revision in pending_ or sent.
  uint64_t newest_ ABSL_GUARDED_BY(mutex_) = 0;
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
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
