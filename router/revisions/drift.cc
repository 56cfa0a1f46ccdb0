#include "router/revisions/drift.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "router/traffic/weights.h"

namespace serin::router {
namespace {

std::string WeightsText(const std::map<std::string, uint32_t>& weights) {
  return absl::StrJoin(weights, " ", absl::PairFormatter("="));
}

}  // namespace

std::string DriftSummary(const Route& route, const ActiveRevision& running) {
  const std::string runtime = running.versions().RuntimeText();
  std::string versions =
      runtime.empty() ? "" : absl::StrCat("not as in the config file: ", runtime);
  const auto base = route.base();
  const absl::StatusOr<Weights> config = Weights::Create(running.versions().names(), *base);
  if (config.ok() && config->SlotCounts() == running.split().table().Counts(config->size())) {
    return versions;
  }
  return absl::StrCat("the config file says ", WeightsText(*base), ", revision ", running.number(),
                      " says ", WeightsText(running.record().weights), " (by ",
                      running.record().actor, ")", versions.empty() ? "" : "; ", versions);
}

}  // namespace serin::router
