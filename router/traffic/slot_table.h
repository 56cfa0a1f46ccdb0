#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "router/traffic/weights.h"

namespace serin::router {

// Which version owns each of a route's 10,000 slots. Immutable value; versions are named by their
// index in the route's order.
class SlotTable {
 public:
  // Contiguous intervals in the order of the versions.
  static SlotTable Create(const Weights& weights);

  // The table for other weights of the same versions. Moves the fewest slots possible, so a version
  // that grows keeps every slot it has. A donor standing before the receiver gives its highest
  // slots, one standing after gives its lowest: two versions stay two intervals with one moving
  // boundary, whatever the history.
  SlotTable Reweight(const Weights& weights) const;

  // The same, but returns `former` when that table has the wanted counts and lies at the minimum
  // distance, so that going there and back gives every key its old version, with any number of
  // versions.
  SlotTable ReweightTowards(const Weights& weights, const SlotTable& former) const;

  // Reads ToText(). INVALID_ARGUMENT names the first fault: an unknown version, a gap, an overlap.
  static absl::StatusOr<SlotTable> Parse(std::string_view text,
                                         const std::vector<std::string>& versions);

  // Run-length text for people and for the log: "v1:0-7999,v2:8000-9999".
  std::string ToText(const std::vector<std::string>& versions) const;

  uint16_t operator[](uint32_t slot) const { return owners_[slot]; }

  // The slot after the last of those that follow `slot` and have its owner.
  uint32_t RunEnd(uint32_t slot) const;

  // Slots of each of the first `versions` versions.
  std::vector<uint32_t> Counts(size_t versions) const;

  // How many slots have another owner in `other`.
  uint32_t Distance(const SlotTable& other) const;

  bool operator==(const SlotTable& other) const = default;

 private:
  explicit SlotTable(std::vector<uint16_t> owners) : owners_(std::move(owners)) {}

  std::vector<uint16_t> owners_;
};

}  // namespace serin::router
