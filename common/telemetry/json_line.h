#pragma once

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace serin {

// One line of a log in the making: a JSON object whose first member is the time, in UTC.
class JsonLine {
 public:
  explicit JsonLine(absl::Time time);

  // A member that is a string; none when it is empty.
  void Add(std::string_view name, std::string_view value);
  // A member whose value is JSON already: a number, or an array.
  void AddJson(std::string_view name, const absl::AlphaNum& json);

  // The line with its line break.
  std::string Take();

 private:
  std::string line_;
};

}  // namespace serin
