#include "common/config/config_faults.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/strings/absl_view.h"

namespace serin {

void ConfigFaults::Add(std::string_view key, std::string_view expected, std::string_view got) {
  lines_.push_back(absl::StrCat(file_, ":", AbslView(key), ": expected ", AbslView(expected),
                                ", got ", AbslView(got)));
}

absl::Status ConfigFaults::ToStatus() const {
  if (lines_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(lines_, "\n"));
}

}  // namespace serin
