#include "serinctl/shift.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/strings/absl_view.h"

namespace serin::serinctl {
namespace {

constexpr int64_t kAll = 10'000;

int64_t SlotsOf(const v1::Version& version) { return std::llround(version.target_share() * kAll); }

}  // namespace

absl::StatusOr<std::map<std::string, uint32_t>> ShiftedWeights(const v1::Route& route,
                                                               std::string_view version,
                                                               std::string_view by) {
  double points = 0;
  if (!absl::SimpleAtod(AbslView(by), &points) || !(std::abs(points) <= 100)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected percentage points such as +10 or -2.5, got '", AbslView(by), "'"));
  }
  const v1::Version* shifted = nullptr;
  const v1::Version* heir = nullptr;  // takes the rounding
  for (const v1::Version& one : route.versions()) {
    if (one.name() == version) {
      shifted = &one;
    } else if (heir == nullptr || SlotsOf(one) > SlotsOf(*heir)) {
      heir = &one;
    }
  }
  if (shifted == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", AbslView(version), "' is no version of route ", route.name()));
  }
  const int64_t wanted = SlotsOf(*shifted) + std::llround(points * 100);
  if (wanted < 0 || wanted > kAll || heir == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "version ", AbslView(version), " has ", 100 * shifted->target_share(),
        " %: expected a shift to at least 0 and at most 100 %, got '", AbslView(by), "'"));
  }
  if (SlotsOf(*shifted) == kAll && wanted < kAll && route.versions_size() > 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "version ", AbslView(version), " has all; say with weights set who gets the rest"));
  }
  std::map<std::string, uint32_t> weights;
  const int64_t others = kAll - SlotsOf(*shifted);
  int64_t left = kAll - wanted;
  for (const v1::Version& one : route.versions()) {
    if (&one == shifted || &one == heir) continue;
    const int64_t share = others == 0 ? 0 : SlotsOf(one) * (kAll - wanted) / others;
    weights[one.name()] = static_cast<uint32_t>(share);
    left -= share;
  }
  weights[heir->name()] = static_cast<uint32_t>(left);
  weights[shifted->name()] = static_cast<uint32_t>(wanted);
  return weights;
}

}  // namespace serin::serinctl
