#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/concurrency/snapshot.h"
#include "router/revisions/revision.h"
#include "router/revisions/route_spec.h"
#include "router/revisions/version_set.h"
#include "router/traffic/assignment.h"

namespace serin::router {

// A revision in force: the record, the versions it knows, the split it means, and what has been
// served under it. Thread-safe; only counters change.
class ActiveRevision {
 public:
  ActiveRevision(Revision record, SlotTable table, std::shared_ptr<const VersionSet> versions)
      : record_(std::move(record)),
        versions_(std::move(versions)),
        split_(record_.route, record_.number, std::move(table), versions_->size()),
        served_(versions_->size()) {}

  uint64_t number() const { return record_.number; }
  const Revision& record() const { return record_; }
  const VersionSet& versions() const { return *versions_; }
  // For the revision after this one.
  const std::shared_ptr<const VersionSet>& shared_versions() const { return versions_; }
  const Split& split() const { return split_; }

  // The first of `count` consecutive places for keyless requests; no two callers share one.
  uint64_t TakeSequences(uint64_t count) const {
    return next_sequence_.fetch_add(count, std::memory_order_relaxed);
  }

  // A request that was not pinned was answered by `version`.
  void CountServed(size_t version) const {
    served_[version].fetch_add(1, std::memory_order_relaxed);
  }
  uint64_t served(size_t version) const { return served_[version].load(std::memory_order_relaxed); }

 private:
  const Revision record_;
  const std::shared_ptr<const VersionSet> versions_;
  const Split split_;
  mutable std::atomic<uint64_t> next_sequence_{0};
  mutable std::vector<std::atomic<uint64_t>> served_;
};

// One route and its revision in force. Thread-safe.
class Route {
 public:
  Route(RouteSpec spec, std::shared_ptr<const ActiveRevision> active);

  const std::string& name() const { return spec_.name; }
  const RouteSpec& spec() const { return spec_; }

  // The weights of the config file as it is now.
  std::shared_ptr<const std::map<std::string, uint32_t>> base() const { return base_.Get(); }
  void SetBase(std::map<std::string, uint32_t> weights) {
    base_.Set(std::make_shared<const std::map<std::string, uint32_t>>(std::move(weights)));
  }

  std::shared_ptr<const ActiveRevision> active() const { return active_.Get(); }
  void Publish(std::shared_ptr<const ActiveRevision> next) { active_.Set(std::move(next)); }

 private:
  const RouteSpec spec_;
  Snapshot<std::map<std::string, uint32_t>> base_;
  Snapshot<ActiveRevision> active_;
};

}  // namespace serin::router
