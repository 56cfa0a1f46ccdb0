#include "router/dispatch/route_backends.h"

#include <algorithm>
#include <utility>

namespace serin::router {

bool VersionBackends::HasReadyEndpoint() const {
  return std::any_of(endpoints->begin(), endpoints->end(),
                     [](const auto& endpoint) { return endpoint->ready(); });
}

RouteBackends::RouteBackends(Route& route, absl::Time now)
    : retry_budget(now), route_(route), view_(nullptr) {
  absl::MutexLock lock(&mutex_);
  Rebuild(route.active());
}

void RouteBackends::Follow(std::shared_ptr<const ActiveRevision> revision) {
  absl::MutexLock lock(&mutex_);
  if (revision->number() <= view_.Get()->revision->number()) return;
  Rebuild(std::move(revision));
}

void RouteBackends::SetEndpoints(const std::string& version, Upstreams endpoints) {
  absl::MutexLock lock(&mutex_);
  versions_[version].endpoints = std::make_shared<const Upstreams>(std::move(endpoints));
  Rebuild(view_.Get()->revision);
}

VersionBackends RouteBackends::Version(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  return versions_[name];
}

void RouteBackends::Rebuild(std::shared_ptr<const ActiveRevision> revision) {
  auto view = std::make_shared<RouteView>();
  for (const std::string& name : revision->versions().names()) {
    view->versions.push_back(versions_[name]);
  }
  view->revision = std::move(revision);
  view_.Set(std::move(view));
}

}  // namespace serin::router
