#include "router/traffic/weights.h"

#include <algorithm>
#include <numeric>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace serin::router {
namespace {

// Floors 10,000 * w / sum and tells what is left over.
struct Quota {
  uint32_t slots;
  uint64_t remainder;
};

Quota QuotaOf(uint32_t weight, uint64_t sum) {
  const uint64_t scaled = static_cast<uint64_t>(weight) * kSlots;
  return {static_cast<uint32_t>(scaled / sum), scaled % sum};
}

}  // namespace

absl::StatusOr<Weights> Weights::Create(const std::vector<std::string>& versions,
                                        const std::map<std::string, uint32_t>& given) {
  std::vector<std::string> faults;
  for (const auto& [name, weight] : given) {
    if (std::find(versions.begin(), versions.end(), name) == versions.end()) {
      faults.push_back(absl::StrCat("weights[\"", name, "\"] = ", weight, ": expected one of ",
                                    absl::StrJoin(versions, ", ")));
    }
  }
  std::vector<uint32_t> values;
  for (const std::string& name : versions) {
    const auto found = given.find(name);
    values.push_back(found == given.end() ? 0 : found->second);
  }
  const Weights weights(std::move(values));
  const uint64_t sum = weights.Sum();
  if (sum == 0) faults.push_back("weights: expected a sum of at least 1, got 0");
  for (size_t i = 0; i < versions.size() && sum > 0; ++i) {
    if (weights[i] == 0 || QuotaOf(weights[i], sum).slots > 0) continue;
    faults.push_back(absl::StrCat("weights[\"", versions[i], "\"] = ", weights[i],
                                  ": expected 0 or at least 1/10,000 of the sum ", sum));
  }
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
  return weights;
}

uint64_t Weights::Sum() const {
  return std::accumulate(values_.begin(), values_.end(), uint64_t{0});
}

std::vector<uint32_t> Weights::SlotCounts() const {
  const uint64_t sum = Sum();
  std::vector<uint32_t> counts(values_.size());
  std::vector<size_t> by_remainder(values_.size());
  std::iota(by_remainder.begin(), by_remainder.end(), size_t{0});
  uint32_t assigned = 0;
  for (size_t i = 0; i < values_.size(); ++i) {
    counts[i] = QuotaOf(values_[i], sum).slots;
    assigned += counts[i];
  }
  std::stable_sort(by_remainder.begin(), by_remainder.end(), [&](size_t a, size_t b) {
    return QuotaOf(values_[a], sum).remainder > QuotaOf(values_[b], sum).remainder;
  });
  // Fewer slots are missing than there are remainders above zero, so a weight of 0 gets none.
  for (size_t i = 0; assigned < kSlots; ++i, ++assigned) ++counts[by_remainder[i]];
  return counts;
}

}  // namespace serin::router
