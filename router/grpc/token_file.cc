#include "router/grpc/token_file.h"

#include <fstream>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/strings/absl_view.h"

namespace serin::router {
namespace {

constexpr size_t kShortestToken = 16;

// Reads every byte of `given` whatever it finds. 0: equal.
unsigned Difference(std::string_view given, std::string_view known) {
  volatile unsigned difference = given.size() == known.size() ? 0 : 1;
  for (size_t i = 0; i < given.size(); ++i) {
    const char byte = known.empty() ? '\0' : known[i % known.size()];
    difference = difference | static_cast<unsigned char>(given[i] ^ byte);
  }
  return difference;
}

}  // namespace

std::optional<AdminRole> AdminRoleFromName(std::string_view name) {
  if (name == "viewer") return AdminRole::kViewer;
  if (name == "operator") return AdminRole::kOperator;
  return std::nullopt;
}

absl::StatusOr<TokenFile> TokenFile::Parse(std::string_view text, std::string_view name) {
  TokenFile file;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(AbslView(text), '\n')) {
    ++number;
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.empty() || words[0][0] == '#') continue;
    const std::optional<AdminRole> role = AdminRoleFromName(words[0]);
    if (words.size() != 2 || !role.has_value() || words[1].size() < kShortestToken) {
      return absl::InvalidArgumentError(
          absl::StrCat(AbslView(name), ":", number,
                       ": expected \"operator TOKEN\" or \"viewer TOKEN\", a token of at least ",
                       kShortestToken, " characters"));
    }
    file.entries_.push_back({words[1], *role});
  }
  if (file.entries_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(AbslView(name), ": expected at least one token, got none"));
  }
  return file;
}

absl::StatusOr<TokenFile> TokenFile::Load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::InvalidArgumentError(absl::StrCat(path, ": expected a readable file"));
  return Parse(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()},
               path);
}

std::optional<AdminRole> TokenFile::RoleOf(std::string_view token) const {
  std::optional<AdminRole> role;
  for (const Entry& entry : entries_) {
    if (Difference(token, entry.token) == 0) role = entry.role;
  }
  return role;
}

}  // namespace serin::router
