// serin-bench-replicas: how soon a change of weights that one of several routers was asked for is
// in force on all of them, seen by a watcher of each.
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "serin/v1/canary_admin.grpc.pb.h"

namespace serin {
namespace {

// The revision a router holds, as its WatchRoute tells it. Thread-safe.
class Watcher {
 public:
  explicit Watcher(v1::CanaryAdmin::Stub& admin)
      : reader_(admin.WatchRoute(&context_, v1::WatchRouteRequest())),
        thread_([this] { Read(); }) {}
  ~Watcher() {
    context_.TryCancel();
    thread_.join();
  }

  uint64_t revision() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](Watcher* self) { return self->revision_ > 0; }, this));
    return revision_;
  }
  // When it had this revision or a later one.
  absl::Time HasReached(uint64_t revision) {
    absl::MutexLock lock(&mutex_);
    wanted_ = revision;
    mutex_.Await(absl::Condition(
        +[](Watcher* self) { return self->revision_ >= self->wanted_; }, this));
    return seen_at_;
  }

 private:
  void Read() {
    for (v1::Route route; reader_->Read(&route);) {
      absl::MutexLock lock(&mutex_);
      revision_ = route.revision();
      seen_at_ = absl::Now();
    }
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::Route>> reader_;
  absl::Mutex mutex_;
  uint64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t wanted_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time seen_at_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

void SetWeights(v1::CanaryAdmin::Stub& admin, uint32_t first) {
  grpc::ClientContext context;
  v1::SetWeightsRequest request;
  (*request.mutable_weights())["v1"] = first;
  (*request.mutable_weights())["v2"] = 50;
  request.set_force(true);
  v1::SetWeightsResponse response;
  const grpc::Status status = admin.SetWeights(&context, request, &response);
  if (!status.ok()) throw std::runtime_error(status.error_message());
}

// Milliseconds from the call of SetWeights, on each router in turn, to the last watcher's message.
std::vector<double> Measure(const std::vector<std::string>& addresses, int changes) {
  std::vector<std::unique_ptr<v1::CanaryAdmin::Stub>> admins;
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (const std::string& address : addresses) {
    admins.push_back(
        v1::CanaryAdmin::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())));
    watchers.push_back(std::make_unique<Watcher>(*admins.back()));
  }
  std::vector<double> times;
  uint64_t revision = watchers.front()->revision();
  for (int i = 0; i < changes; ++i) {
    const absl::Time start = absl::Now();
    SetWeights(*admins[static_cast<size_t>(i) % admins.size()], i % 2 == 0 ? 40 : 60);
    ++revision;
    absl::Time last = start;
    for (const auto& watcher : watchers) last = std::max(last, watcher->HasReached(revision));
    times.push_back(absl::ToDoubleMilliseconds(last - start));
  }
  return times;
}

}  // namespace
}  // namespace serin

int main(int argc, char** argv) {
  CLI::App app("Times changes of weights on routers that share a revision log.");
  std::vector<std::string> admins;
  int changes = 300;
  app.add_option("--admin", admins, "CanaryAdmin of each router")->required();
  app.add_option("--changes", changes)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  std::vector<double> times = serin::Measure(admins, changes);
  std::sort(times.begin(), times.end());
  const auto quantile = [&](double q) {
    return times[static_cast<size_t>(q * static_cast<double>(times.size() - 1))];
  };
  std::printf("SetWeights to all of %zu routers, %d changes: p50 %.1f ms, p99 %.1f ms\n",
              admins.size(), changes, quantile(0.5), quantile(0.99));
}
