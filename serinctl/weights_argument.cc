#include "serinctl/weights_argument.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace serin::serinctl {

absl::StatusOr<Weights> ParseWeights(const std::vector<std::string>& arguments) {
  Weights weights;
  std::vector<std::string> faults;
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    uint32_t weight = 0;
    if (equals == 0 || equals == std::string::npos ||
        !absl::SimpleAtoi(argument.substr(equals + 1), &weight)) {
      faults.push_back(
          absl::StrCat("expected VERSION=WEIGHT, for example v1=80, got '", argument, "'"));
    } else if (!weights.emplace(argument.substr(0, equals), weight).second) {
      faults.push_back(absl::StrCat("version '", argument.substr(0, equals), "' is given twice"));
    }
  }
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
  return weights;
}

}  // namespace serin::serinctl
