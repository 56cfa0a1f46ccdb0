#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace serin::model_server {

// A model version's place in a repository.
struct ModelVersionId {
  std::string model;
  std::string version;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a 0 in what <=> is expanded to
  auto operator<=>(const ModelVersionId&) const = default;
};

// A version folder as it stands on disk.
struct VersionFolder {
  std::string path;
  // Changes when any file in the folder is added, removed, resized or touched.
  uint64_t fingerprint = 0;
};

// What a repository holds: every <root>/<model>/<version>/ with a model.yaml in it.
using RepositoryView = std::map<ModelVersionId, VersionFolder>;

// Looks at the disk; folders whose name starts with a dot are passed over. Errors: NOT_FOUND if
// `root` is no folder, UNAVAILABLE if something in it cannot be looked at: what is not seen for
// that reason must not be taken for something that is gone.
absl::StatusOr<RepositoryView> ScanRepository(const std::string& root);

}  // namespace serin::model_server
