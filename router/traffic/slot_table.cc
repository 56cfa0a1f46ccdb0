#include "router/traffic/slot_table.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"

namespace serin::router {
namespace {

struct Run {
  uint16_t version;
  uint32_t first;
  uint32_t last;
};

absl::StatusOr<Run> ParseRun(absl::string_view text, const std::vector<std::string>& versions) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  const std::pair<absl::string_view, absl::string_view> bounds =
      absl::StrSplit(parts.second, absl::MaxSplits('-', 1));
  Run run{};
  if (!absl::SimpleAtoi(bounds.first, &run.first) || !absl::SimpleAtoi(bounds.second, &run.last) ||
      run.last < run.first || run.last >= kSlots) {
    return absl::InvalidArgumentError(
        absl::StrCat("slots: expected version:first-last within 0-9999, got \"", text, "\""));
  }
  const auto found = std::find(versions.begin(), versions.end(), StdView(parts.first));
  if (found == versions.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("slots: \"", parts.first, "\" is not a version of the route"));
  }
  run.version = static_cast<uint16_t>(found - versions.begin());
  return run;
}

// Hands `count` slots of `donor` over, the highest when the donor stands before the receiver.
void Move(std::vector<uint16_t>& owners, uint16_t donor, uint16_t receiver, uint32_t count) {
  const bool from_top = donor < receiver;
  for (uint32_t i = 0; i < kSlots && count > 0; ++i) {
    uint16_t& owner = owners[from_top ? kSlots - 1 - i : i];
    if (owner != donor) continue;
    owner = receiver;
    --count;
  }
}

}  // namespace

SlotTable SlotTable::Create(const Weights& weights) {
  std::vector<uint16_t> owners;
  owners.reserve(kSlots);
  const std::vector<uint32_t> counts = weights.SlotCounts();
  for (size_t version = 0; version < counts.size(); ++version) {
    owners.insert(owners.end(), counts[version], static_cast<uint16_t>(version));
  }
  return SlotTable(std::move(owners));
}

SlotTable SlotTable::Reweight(const Weights& weights) const {
  const std::vector<uint32_t> target = weights.SlotCounts();
  std::vector<uint32_t> have = Counts(target.size());
  std::vector<uint16_t> owners = owners_;
  size_t receiver = 0;
  for (size_t donor = 0; donor < target.size(); ++donor) {
    while (have[donor] > target[donor]) {
      while (have[receiver] >= target[receiver]) ++receiver;
      const uint32_t count =
          std::min(have[donor] - target[donor], target[receiver] - have[receiver]);
      Move(owners, static_cast<uint16_t>(donor), static_cast<uint16_t>(receiver), count);
      have[donor] -= count;
      have[receiver] += count;
    }
  }
  return SlotTable(std::move(owners));
}

SlotTable SlotTable::ReweightTowards(const Weights& weights, const SlotTable& former) const {
  SlotTable plain = Reweight(weights);
  const bool same_counts = former.Counts(weights.size()) == weights.SlotCounts();
  return same_counts && Distance(former) == Distance(plain) ? former : plain;
}

absl::StatusOr<SlotTable> SlotTable::Parse(std::string_view text,
                                           const std::vector<std::string>& versions) {
  std::vector<uint16_t> owners;
  owners.reserve(kSlots);
  for (absl::string_view part : absl::StrSplit(AbslView(text), ',')) {
    SERIN_ASSIGN_OR_RETURN(const Run run, ParseRun(part, versions));
    if (run.first != owners.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("slots: expected a run from ", owners.size(), ", got \"", part, "\""));
    }
    owners.insert(owners.end(), run.last - run.first + 1, run.version);
  }
  if (owners.size() != kSlots) {
    return absl::InvalidArgumentError(
        absl::StrCat("slots: expected runs up to 9999, got up to ", owners.size() - 1));
  }
  return SlotTable(std::move(owners));
}

std::string SlotTable::ToText(const std::vector<std::string>& versions) const {
  std::string text;
  for (uint32_t first = 0; first < kSlots;) {
    const uint32_t end = RunEnd(first);
    absl::StrAppend(&text, text.empty() ? "" : ",", versions[owners_[first]], ":", first, "-",
                    end - 1);
    first = end;
  }
  return text;
}

uint32_t SlotTable::RunEnd(uint32_t slot) const {
  const auto differs = [owner = owners_[slot]](uint16_t other) { return other != owner; };
  const auto end = std::find_if(owners_.begin() + slot + 1, owners_.end(), differs);
  return static_cast<uint32_t>(end - owners_.begin());
}

std::vector<uint32_t> SlotTable::Counts(size_t versions) const {
  std::vector<uint32_t> counts(versions);
  for (uint32_t first = 0; first < kSlots;) {
    const uint32_t end = RunEnd(first);
    if (owners_[first] < versions) counts[owners_[first]] += end - first;
    first = end;
  }
  return counts;
}

uint32_t SlotTable::Distance(const SlotTable& other) const {
  uint32_t moved = 0;
  for (uint32_t slot = 0; slot < kSlots; ++slot) moved += owners_[slot] != other.owners_[slot];
  return moved;
}

}  // namespace serin::router
