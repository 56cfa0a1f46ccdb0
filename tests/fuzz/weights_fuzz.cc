// Any arguments of `serinctl weights` are weights, or faults that name an argument.
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"
#include "serinctl/weights_argument.h"
#include "tests/fuzz/fuzz_target.h"

SERIN_FUZZ(input) {
  const std::vector<std::string> arguments = absl::StrSplit(serin::AbslView(input), '\n');
  const auto weights = serin::serinctl::ParseWeights(arguments);
  if (!weights.ok()) {
    SERIN_CHECK(weights.status().code() == absl::StatusCode::kInvalidArgument);
    return;
  }
  SERIN_CHECK(weights->size() == arguments.size());
  for (const auto& [version, weight] : *weights) SERIN_CHECK(!version.empty());
}
