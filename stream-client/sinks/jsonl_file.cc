#include "stream-client/sinks/jsonl_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"

namespace serin::stream {
namespace {

constexpr uint64_t kBlock = 65536;

// Where the last whole line of the first `size` bytes ends.
uint64_t EndOfLastLine(int fd, uint64_t size) {
  std::string block;
  while (size > 0) {
    const uint64_t from = size - std::min(size, kBlock);
    block.resize(size - from);
    if (pread(fd, block.data(), block.size(), static_cast<off_t>(from)) < 0) return size;
    const size_t end = block.rfind('\n');
    if (end != std::string::npos) return from + end + 1;
    size = from;
  }
  return 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<JsonlFile>> JsonlFile::Open(JsonlFileOptions options) {
  std::unique_ptr<JsonlFile> file(new JsonlFile(std::move(options)));
  SERIN_RETURN_IF_ERROR(file->OpenFile());
  return file;
}

JsonlFile::~JsonlFile() {
  if (fd_ >= 0 && !is_stdout()) close(fd_);
}

absl::Status JsonlFile::Failed(std::string_view what) const {
  return absl::UnavailableError(
      absl::StrCat(options_.path, ": ", AbslView(what), ": ", std::strerror(errno)));
}

absl::Status JsonlFile::OpenFile() {
  if (is_stdout()) {
    fd_ = STDOUT_FILENO;
    return absl::OkStatus();
  }
  fd_ = open(options_.path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  struct stat status = {};
  if (fd_ < 0 || fstat(fd_, &status) != 0) return Failed("cannot be opened");
  size_ = S_ISREG(status.st_mode) ? EndOfLastLine(fd_, static_cast<uint64_t>(status.st_size)) : 0;
  const bool torn = S_ISREG(status.st_mode) && size_ < static_cast<uint64_t>(status.st_size);
  if (torn && ftruncate(fd_, static_cast<off_t>(size_)) != 0) return Failed("cannot be cut");
  return absl::OkStatus();
}

absl::Status JsonlFile::Append(std::string_view lines) {
  const bool full =
      options_.rotate_bytes > 0 && size_ > 0 && size_ + lines.size() > options_.rotate_bytes;
  if (full && !is_stdout()) SERIN_RETURN_IF_ERROR(Rotate());
  absl::Status written = Write(lines);
  if (written.ok()) {
    size_ += lines.size();
  } else if (!is_stdout() && ftruncate(fd_, static_cast<off_t>(size_)) != 0) {
    written = absl::UnavailableError(absl::StrCat(written.message(), "; its last line is torn"));
  }
  return written;
}

absl::Status JsonlFile::Rotate() {
  int number = 1;
  const auto aside = [&] { return absl::StrCat(options_.path, ".", number); };
  while (access(aside().c_str(), F_OK) == 0) ++number;
  if (std::rename(options_.path.c_str(), aside().c_str()) != 0) return Failed("cannot be renamed");
  close(fd_);
  fd_ = -1;
  return OpenFile();
}

absl::Status JsonlFile::Write(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t written = write(fd_, lines.data(), lines.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("cannot be written");
    lines.remove_prefix(static_cast<size_t>(written));
  }
  if (options_.sync && !is_stdout() && fdatasync(fd_) != 0 && errno != EINVAL) {
    return Failed("cannot be synced");
  }
  return absl::OkStatus();
}

}  // namespace serin::stream
