#include "router/dispatch/route_backends.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/strings/absl_view.h"

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

absl::StatusOr<RouteBackends*> FindRoute(const RouteBackendsList& routes, std::string_view model) {
  if (model.empty()) return routes.front().get();
  for (const auto& route : routes) {
    if (route->route().name() == model) return route.get();
  }
  const auto print = [](std::string* out, const auto& route) {
    out->append(route->route().name());
  };
  return absl::NotFoundError(absl::StrCat("model \"", AbslView(model),
                                          "\" is unknown: expected one of ",
                                          absl::StrJoin(routes, ", ", print)));
}

absl::StatusOr<uint16_t> FindVersion(const ActiveRevision& revision, std::string_view name) {
  const VersionSet& versions = revision.versions();
  const std::string& route = revision.record().route;
  const std::optional<uint16_t> found = versions.Find(name);
  if (!found.has_value()) {
    return absl::NotFoundError(absl::StrCat("model_version \"", AbslView(name), "\" of model ",
                                            route, " is unknown: expected one of ",
                                            absl::StrJoin(versions.names(), ", ")));
  }
  if (!versions.active(*found)) {
    return absl::FailedPreconditionError(
        absl::StrCat("version ", versions[*found], " of model ", route, " is DRAINED"));
  }
  return *found;
}

}  // namespace serin::router
