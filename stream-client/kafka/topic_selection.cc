#include "stream-client/kafka/topic_selection.h"

#include <regex.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace serin::stream {
namespace {

bool IsPattern(const std::string& part) { return part[0] == '^'; }

// A compiled pattern.
class Regex {
 public:
  explicit Regex(const std::string& pattern)
      : valid_(regcomp(&regex_, pattern.c_str(), REG_EXTENDED | REG_NOSUB) == 0) {}
  ~Regex() {
    if (valid_) regfree(&regex_);
  }
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  bool valid() const { return valid_; }
  bool Matches(const std::string& text) const {
    return valid_ && regexec(&regex_, text.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t regex_;
  bool valid_;
};

}  // namespace

absl::StatusOr<TopicSelection> TopicSelection::Parse(const std::string& text) {
  TopicSelection selection;
  selection.parts_ = absl::StrSplit(text, ',');
  for (const std::string& part : selection.parts_) {
    if (part.empty() || (IsPattern(part) && !Regex(part).valid())) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected names of topics or ^patterns, got '", part, "'"));
    }
  }
  return selection;
}

bool TopicSelection::HasPatterns() const {
  return std::any_of(parts_.begin(), parts_.end(), IsPattern);
}

bool TopicSelection::Matches(const std::string& topic) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const std::string& part) {
    return IsPattern(part) ? Regex(part).Matches(topic) : part == topic;
  });
}

}  // namespace serin::stream
