#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/concurrency/snapshot.h"
#include "router/revisions/revision.h"
#include "router/traffic/assignment.h"

namespace serin::router {

// What the config file said of a route at the start.
struct RouteSpec {
  std::string name;
  std::string stable_version;
  std::vector<std::string> versions;
  std::map<std::string, uint32_t> weights;
};

// A revision in force: the record, the split it means, and what has been served under it.
// Thread-safe; only counters change.
class ActiveRevision {
 public:
  ActiveRevision(Revision record, SlotTable table, size_t versions)
      : record_(std::move(record)),
        split_(record_.route, record_.number, std::move(table), versions),
        served_(versions) {}

  uint64_t number() const { return record_.number; }
  const Revision& record() const { return record_; }
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
  const Split split_;
  mutable std::atomic<uint64_t> next_sequence_{0};
  mutable std::vector<std::atomic<uint64_t>> served_;
};

// One route: its versions, fixed for the life of the process, and its revision in force.
// Thread-safe.
class Route {
 public:
  // `stable_version` is one of `versions`.
  Route(RouteSpec spec, std::shared_ptr<const ActiveRevision> active);

  const std::string& name() const { return spec_.name; }
  const RouteSpec& spec() const { return spec_; }
  const std::vector<std::string>& versions() const { return spec_.versions; }
  uint16_t stable() const { return stable_; }

  // The weights of the config file as it is now.
  std::shared_ptr<const std::map<std::string, uint32_t>> base() const { return base_.Get(); }
  void SetBase(std::map<std::string, uint32_t> weights) {
    base_.Set(std::make_shared<const std::map<std::string, uint32_t>>(std::move(weights)));
  }

  // Index of a version's name; none when the route has no such version.
  std::optional<uint16_t> FindVersion(std::string_view name) const;

  std::shared_ptr<const ActiveRevision> active() const { return active_.Get(); }
  void Publish(std::shared_ptr<const ActiveRevision> next) { active_.Set(std::move(next)); }

 private:
  const RouteSpec spec_;
  const uint16_t stable_;
  Snapshot<std::map<std::string, uint32_t>> base_;
  Snapshot<ActiveRevision> active_;
};

}  // namespace serin::router
