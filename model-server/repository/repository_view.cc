#include "model-server/repository/repository_view.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/hashing/stable_hash.h"
#include "common/status/status_macros.h"

namespace serin::model_server {
namespace {

namespace fs = std::filesystem;

// OK also for what vanished between two looks.
absl::Status Seen(const fs::path& path, const std::error_code& error) {
  if (!error || error == std::errc::no_such_file_or_directory) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(path.string(), ": expected to see what it is, got: ", error.message()));
}

absl::StatusOr<std::vector<fs::path>> FoldersIn(const fs::path& parent) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error)) {
    // A name with a dot in front is something on its way in or out.
    if (it->path().filename().string().starts_with('.')) continue;
    std::error_code unseen;
    if (it->is_directory(unseen)) folders.push_back(it->path());
    SERIN_RETURN_IF_ERROR(Seen(it->path(), unseen));
  }
  SERIN_RETURN_IF_ERROR(Seen(parent, error));
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
  SERIN_ASSIGN_OR_RETURN(const std::vector<fs::path> models, FoldersIn(root));
  for (const fs::path& model : models) {
    SERIN_ASSIGN_OR_RETURN(const std::vector<fs::path> versions, FoldersIn(model));
    for (const fs::path& version : versions) {
      const bool complete = fs::exists(version / "model.yaml", error);
      SERIN_RETURN_IF_ERROR(Seen(version, error));
      if (!complete) continue;
      view[{model.filename().string(), version.filename().string()}] = {
          .path = version.string(), .fingerprint = FingerprintOf(version)};
    }
  }
  return view;
}

}  // namespace serin::model_server
