#include "router/backends/endpoint_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace serin::router {

EndpointPool::~EndpointPool() {
  Upstreams all;
  {
    absl::MutexLock lock(&mutex_);
    all.swap(endpoints_);
  }
  for (const auto& endpoint : all) endpoint->Close();
}

void EndpointPool::Add(std::shared_ptr<Upstream> endpoint) {
  absl::MutexLock lock(&mutex_);
  endpoints_.push_back(std::move(endpoint));
}

void EndpointPool::Tick() {
  for (const auto& drained : TakeDrained()) drained->Close();
  for (const auto& endpoint : All()) endpoint->Tick();
}

// None of them is drained meanwhile, as it is kept here.
void EndpointPool::Connect() {
  for (const auto& endpoint : All()) endpoint->Connect();
}

Upstreams EndpointPool::All() const {
  absl::MutexLock lock(&mutex_);
  return endpoints_;
}

Upstreams EndpointPool::TakeDrained() {
  absl::MutexLock lock(&mutex_);
  const auto first = std::stable_partition(endpoints_.begin(), endpoints_.end(),
                                           [](const auto& one) { return one.use_count() > 1; });
  Upstreams drained(std::make_move_iterator(first), std::make_move_iterator(endpoints_.end()));
  endpoints_.erase(first, endpoints_.end());
  return drained;
}

size_t EndpointPool::size() const {
  absl::MutexLock lock(&mutex_);
  return endpoints_.size();
}

}  // namespace serin::router
