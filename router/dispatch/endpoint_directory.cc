#include "router/dispatch/endpoint_directory.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"

namespace serin::router {

void EndpointDirectory::Follow(RouteBackends& backends,
                               const std::shared_ptr<const ActiveRevision>& revision) {
  const std::string& route = backends.route().name();
  const std::shared_ptr<const VersionSet>& versions = revision->shared_versions();
  absl::MutexLock lock(&mutex_);
  if (revision->number() < backends.view()->revision->number()) return;
  std::shared_ptr<const VersionSet>& followed = followed_[route];
  if (followed == versions) return backends.Follow(revision);
  followed = versions;
  for (size_t i = 0; i < versions->size(); ++i) {
    Define(backends, (*versions)[i], versions->spec(i));
  }
  backends.Follow(revision);
  for (auto it = versions_.begin(); it != versions_.end();) {
    const bool gone = it->first.first == route && !versions->Find(it->first.second).has_value();
    if (gone) backends.SetEndpoints(it->first.second, {});
    it = gone ? versions_.erase(it) : std::next(it);
  }
}

void EndpointDirectory::Define(RouteBackends& backends, const std::string& name,
                               const VersionSpec& spec) {
  const auto [it, is_new] =
      versions_.try_emplace(Key(backends.route().name(), name), Version{.backends = &backends});
  Version& version = it->second;
  if (!is_new && version.spec == spec) return;
  // What else stands in a definition says how endpoints are reached: all are made anew then.
  VersionSpec former = version.spec;
  former.endpoints = spec.endpoints;
  if (!(former == spec)) version.endpoints.clear();
  version.spec = spec;
  std::vector<Target> known = std::move(version.targets);
  version.targets.clear();
  for (const std::string& text : spec.endpoints) {
    const auto same = std::find_if(known.begin(), known.end(),
                                   [&](const Target& target) { return target.text == text; });
    if (same != known.end()) {
      version.targets.push_back(std::move(*same));
      continue;
    }
    const absl::StatusOr<EndpointTarget> parsed = EndpointTarget::Parse(text);
    // Definitions are checked before they get into a revision.
    SERIN_CHECK(parsed.ok());
    Target target{.text = text, .parsed = *parsed, .addresses = {}, .status = {}};
    if (!parsed->by_name) target.addresses = {text};
    version.targets.push_back(std::move(target));
  }
  Rebuild(name, version);
}

void EndpointDirectory::Rebuild(const std::string& name, Version& version) {
  const VersionBackends backends = version.backends->Version(name);
  std::map<std::string, std::shared_ptr<Upstream>> endpoints;
  Upstreams in_order;
  for (const Target& target : version.targets) {
    for (const std::string& address : target.addresses) {
      if (endpoints.count(address) > 0) continue;
      std::shared_ptr<Upstream>& known = version.endpoints[address];
      if (known == nullptr) {
        known = make_(address, target.parsed.host, version.backends->route().name(), version.spec,
                      *backends.stats);
        if (known == nullptr) continue;
        pool_.Add(known);
      }
      endpoints[address] = known;
      in_order.push_back(known);
    }
  }
  version.endpoints = std::move(endpoints);
  version.backends->SetEndpoints(name, std::move(in_order));
}

bool EndpointDirectory::IsDue(const Version& version, const Target& target) const {
  if (!target.parsed.by_name) return false;
  const absl::Duration age = clock_.Now() - target.asked_at;
  if (age < kRetry) return false;
  if (age >= refresh_ || !target.status.ok()) return true;
  return std::any_of(target.addresses.begin(), target.addresses.end(), [&](const auto& address) {
    const auto endpoint = version.endpoints.find(address);
    return endpoint == version.endpoints.end() || !endpoint->second->ready();
  });
}

std::vector<std::pair<EndpointDirectory::Key, EndpointTarget>> EndpointDirectory::TakeDue() {
  std::vector<std::pair<Key, EndpointTarget>> due;
  absl::MutexLock lock(&mutex_);
  for (auto& [key, version] : versions_) {
    for (Target& target : version.targets) {
      if (!IsDue(version, target)) continue;
      target.asked_at = clock_.Now();
      due.emplace_back(key, target.parsed);
    }
  }
  return due;
}

void EndpointDirectory::ResolveDue() {
  for (const auto& [key, target] : TakeDue()) {
    Answer(key, target, resolver_.Resolve(target.host, target.port));
  }
}

void EndpointDirectory::Answer(const Key& key, const EndpointTarget& asked,
                               const absl::StatusOr<std::vector<std::string>>& found) {
  absl::MutexLock lock(&mutex_);
  const auto version = versions_.find(key);
  if (version == versions_.end()) return;
  for (Target& target : version->second.targets) {
    const EndpointTarget& parsed = target.parsed;
    if (!parsed.by_name || parsed.host != asked.host || parsed.port != asked.port) continue;
    target.status = found.status();
    if (found.ok() && found->empty()) target.status = absl::NotFoundError("no addresses");
    if (!target.status.ok()) return;
    std::vector<std::string> addresses = *found;
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    if (addresses == target.addresses) return;
    target.addresses = std::move(addresses);
    return Rebuild(key.second, version->second);
  }
}

std::vector<NameState> EndpointDirectory::Names() const {
  std::vector<NameState> names;
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, version] : versions_) {
    for (const Target& target : version.targets) {
      if (!target.parsed.by_name || target.asked_at == absl::InfinitePast()) continue;
      names.push_back({.route = key.first,
                       .version = key.second,
                       .target = target.text,
                       .addresses = target.addresses.size(),
                       .status = target.status});
    }
  }
  return names;
}

}  // namespace serin::router
