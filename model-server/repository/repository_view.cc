#include "model-server/repository/repository_view.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/hashing/stable_hash.h"

namespace serin::model_server {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> FoldersIn(const fs::path& parent) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    // A name with a dot in front is something on its way in or out.
    if (it->path().filename().string().starts_with('.')) continue;
    if (it->is_directory(ignored)) folders.push_back(it->path());
  }
  return folders;
}

uint64_t FingerprintOf(const fs::path& folder) {
  std::vector<std::string> lines;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    // A file may vanish between the listing and the look: it then counts with size and time 0.
    std::error_code gone;
    const uintmax_t size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    const auto time = it->last_write_time(gone).time_since_epoch().count();
    lines.push_back(absl::StrCat(it->path().string(), "|", size, "|", time, "\n"));
  }
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const std::string& line : lines) all += line;
  return StableHash(all);
}

}  // namespace

absl::StatusOr<RepositoryView> ScanRepository(const std::string& root) {
  std::error_code error;
  if (!fs::is_directory(root, error)) {
    return absl::NotFoundError(
        absl::StrCat("repository.path: expected a folder of models, got \"", root, "\""));
  }
  RepositoryView view;
  for (const fs::path& model : FoldersIn(root)) {
    for (const fs::path& version : FoldersIn(model)) {
      if (!fs::exists(version / "model.yaml", error)) continue;
      view[{model.filename().string(), version.filename().string()}] = {
          .path = version.string(), .fingerprint = FingerprintOf(version)};
    }
  }
  return view;
}

}  // namespace serin::model_server
