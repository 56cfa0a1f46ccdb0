#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace serin::stream {

// The topics to read: names, and patterns that start with "^" (POSIX extended, as librdkafka
// subscribes to them).
class TopicSelection {
 public:
  // Names and patterns with commas between them. Error: INVALID_ARGUMENT for an empty or a bad one.
  static absl::StatusOr<TopicSelection> Parse(const std::string& text);

  // The names and patterns one by one.
  const std::vector<std::string>& parts() const { return parts_; }
  bool HasPatterns() const;
  bool Matches(const std::string& topic) const;

 private:
  std::vector<std::string> parts_;
};

}  // namespace serin::stream
