#include "router/revisions/file_revision_log.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/hashing/stable_hash.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"
#include "router/revisions/revision_json.h"

namespace serin::router {
namespace {

constexpr size_t kChecksumDigits = 16;

absl::Status DiskError(std::string_view what, const std::string& path) {
  const absl::Status cause = absl::ErrnoToStatus(errno, absl::StrCat(AbslView(what), " ", path));
  return absl::UnavailableError(cause.message());
}

std::string ToLine(const Revision& revision) {
  const std::string json = RevisionToJson(revision);
  return absl::StrFormat("%016x %s\n", StableHash(json), json);
}

absl::StatusOr<Revision> FromLine(std::string_view line) {
  if (line.size() <= kChecksumDigits || line[kChecksumDigits] != ' ') {
    return absl::InvalidArgumentError("expected 16 hex digits, a space and a JSON object");
  }
  const std::string_view json = line.substr(kChecksumDigits + 1);
  if (absl::StrFormat("%016x", StableHash(json)) != line.substr(0, kChecksumDigits)) {
    return absl::InvalidArgumentError("the checksum does not match");
  }
  return RevisionFromJson(json);
}

// A new file name is durable only once its folder is.
absl::Status SyncFolder(const std::filesystem::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return DiskError("cannot open folder", folder.string());
  const int result = fsync(fd);
  close(fd);
  return result == 0 ? absl::OkStatus() : DiskError("cannot sync folder", folder.string());
}

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return DiskError("cannot write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return fdatasync(fd) == 0 ? absl::OkStatus() : DiskError("cannot sync", path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileRevisionLog>> FileRevisionLog::Open(std::string path,
                                                                       size_t keep) {
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return DiskError("cannot open revision log", path);
  auto log = std::unique_ptr<FileRevisionLog>(new FileRevisionLog(std::move(path), fd));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("revision log ", log->path_, " is in use by another process"));
  }
  SERIN_RETURN_IF_ERROR(SyncFolder(folder));
  SERIN_RETURN_IF_ERROR(log->Load());
  if (log->revisions_.size() > 2 * keep) SERIN_RETURN_IF_ERROR(log->Compact(keep));
  return log;
}

FileRevisionLog::~FileRevisionLog() { close(fd_); }

absl::Status FileRevisionLog::Load() {
  std::ifstream file(path_, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  size_t line = 0;
  size_t bad_line = 0;
  std::string fault;
  for (size_t begin = 0; begin < content.size();) {
    const size_t end = content.find('\n', begin);
    if (end == std::string::npos) break;
    ++line;
    absl::StatusOr<Revision> revision =
        FromLine(std::string_view(content).substr(begin, end - begin));
    begin = end + 1;
    if (!revision.ok()) {
      if (bad_line == 0) bad_line = line;
      if (fault.empty()) fault = std::string(revision.status().message());
      continue;
    }
    if (bad_line != 0) {
      return absl::DataLossError(absl::StrCat(path_, ":", bad_line, ": ", fault,
                                              ", and valid records follow it; restore the file"));
    }
    revisions_.push_back(*std::move(revision));
    size_ = begin;
  }
  return size_ == content.size() ? absl::OkStatus() : DropTail(content, size_, line);
}

absl::Status FileRevisionLog::DropTail(const std::string& content, size_t keep, size_t line) {
  const std::string side = absl::StrCat(path_, ".dropped");
  std::ofstream(side, std::ios::binary | std::ios::app) << content.substr(keep);
  if (ftruncate(fd_, static_cast<off_t>(keep)) != 0 || fdatasync(fd_) != 0) {
    return DiskError("cannot repair", path_);
  }
  spdlog::warn(
      "revision log {}: dropped {} bytes of a torn tail after {} good records (line {}); "
      "they are kept in {}",
      path_, content.size() - keep, revisions_.size(), line, side);
  return absl::OkStatus();
}

absl::Status FileRevisionLog::Compact(size_t keep) {
  std::map<std::string, size_t> surplus;
  for (const Revision& revision : revisions_) ++surplus[revision.route];
  for (auto& [route, count] : surplus) count -= std::min(count, keep);
  std::vector<Revision> kept;
  std::string content;
  for (Revision& revision : revisions_) {
    size_t& left = surplus[revision.route];
    if (left > 0) {
      --left;
      continue;
    }
    content += ToLine(revision);
    kept.push_back(std::move(revision));
  }
  const std::string next = path_ + ".compacting";
  const int fd = open(next.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return DiskError("cannot open", next);
  // Locked before it has the name that others open.
  const bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
  const absl::Status written =
      locked ? WriteAll(fd, content, next) : DiskError("cannot lock", next);
  if (!written.ok() || rename(next.c_str(), path_.c_str()) != 0) {
    close(fd);
    return written.ok() ? DiskError("cannot rename", next) : written;
  }
  close(std::exchange(fd_, fd));
  spdlog::info("revision log {}: kept {} of {} revisions", path_, kept.size(), revisions_.size());
  revisions_ = std::move(kept);
  size_ = content.size();
  return SyncFolder(std::filesystem::absolute(path_).parent_path());
}

absl::Status FileRevisionLog::Append(const Revision& revision) {
  if (broken_) {
    return absl::UnavailableError(
        absl::StrCat("revision log ", path_, " failed before; restart to repair it"));
  }
  const std::string line = ToLine(revision);
  if (absl::Status written = WriteAll(fd_, line, path_); !written.ok()) {
    broken_ = ftruncate(fd_, static_cast<off_t>(size_)) != 0 || fdatasync(fd_) != 0;
    return written;
  }
  size_ += line.size();
  revisions_.push_back(revision);
  return absl::OkStatus();
}

}  // namespace serin::router
