#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace serin::router {

// Slots of a route: shares are given in steps of 1/10,000.
inline constexpr uint32_t kSlots = 10'000;

// Relative weights of a route's versions, valid by construction: every name is a version of the
// route, the sum is at least 1, and a weight that is not 0 is worth at least one slot. Versions are
// in the order of the config file. Immutable value.
class Weights {
 public:
  // `versions` are the route's version names, in order and unique; one that `given` leaves out gets
  // weight 0. INVALID_ARGUMENT lists every fault at once.
  static absl::StatusOr<Weights> Create(const std::vector<std::string>& versions,
                                        const std::map<std::string, uint32_t>& given);

  size_t size() const { return values_.size(); }
  uint32_t operator[](size_t version) const { return values_[version]; }

  // Slots a version, kSlots in all, by largest remainder (ties go to the earlier version). Weight 0
  // gets exactly 0 slots, any other at least 1.
  std::vector<uint32_t> SlotCounts() const;

  bool operator==(const Weights& other) const = default;

 private:
  explicit Weights(std::vector<uint32_t> values) : values_(std::move(values)) {}

  uint64_t Sum() const;

  std::vector<uint32_t> values_;
};

}  // namespace serin::router
