#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace serin::router {

// A viewer looks, an operator also changes.
enum class AdminRole { kViewer = 1, kOperator = 2 };

// The role of its name; none for another text.
std::optional<AdminRole> AdminRoleFromName(std::string_view name);

// The bearer tokens of CanaryAdmin. A line is "ROLE TOKEN": operator or viewer, and 16 or more
// characters that are no white space. Empty lines and those that begin with '#' count for nothing.
class TokenFile {
 public:
  TokenFile() = default;

  // INVALID_ARGUMENT as `name`:line for what is no such line, and for a file without a token. A
  // message never holds a token.
  static absl::StatusOr<TokenFile> Parse(std::string_view text, std::string_view name);

  // The same from a file. Also INVALID_ARGUMENT when it cannot be read.
  static absl::StatusOr<TokenFile> Load(const std::string& path);

  // The role of a token; none when it is unknown. Takes the same time whichever token is asked for
  // (its length aside), so that none can be guessed piece by piece.
  std::optional<AdminRole> RoleOf(std::string_view token) const;

  bool operator==(const TokenFile& other) const = default;

 private:
  struct Entry {
    std::string token;
    AdminRole role;
    bool operator==(const Entry& other) const = default;
  };

  std::vector<Entry> entries_;
};

}  // namespace serin::router
