#include "model-server/backends/read_content.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace serin::model_server {

absl::StatusOr<FileContent> ReadContent(const std::string& path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return absl::NotFoundError(absl::StrCat(path, ": expected a readable file"));
  FileContent content{.path = path, .bytes = std::string(size, '\0')};
  file.read(content.bytes.data(), static_cast<std::streamsize>(size));
  // One that shrank in the meantime is read as far as it goes.
  content.bytes.resize(static_cast<size_t>(file.gcount()));
  if (file.bad()) return absl::NotFoundError(absl::StrCat(path, ": reading failed"));
  return content;
}

}  // namespace serin::model_server
