#pragma once

#include <memory>
#include <string>
#include <vector>

#include "router/revisions/revision_log.h"

namespace serin::router {

// Revisions in an append-only file, one a line: 16 hex digits of XXH3_64 of the JSON, a space, the
// JSON, a newline. Append() returns after fdatasync. The file is locked (flock) for the life of
// the object. When it holds more than twice `keep` revisions of all routes together, Open() keeps
// the last `keep` of each route and drops the others, by way of a new file. Not thread-safe.
class FileRevisionLog final : public RevisionLog {
 public:
  // Creates the file and its folder when missing. A torn or corrupt tail (nothing valid after it)
  // is moved to `path`.dropped with a warning; it was never acknowledged or cannot be read.
  // Errors: DATA_LOSS as file:line for a corrupt record followed by valid ones,
  // FAILED_PRECONDITION when another process holds the file, UNAVAILABLE for the disk's errors.
  static absl::StatusOr<std::unique_ptr<FileRevisionLog>> Open(std::string path,
                                                               size_t keep = kDefaultKeep);
  static constexpr size_t kDefaultKeep = 100'000;

  ~FileRevisionLog() override;
  FileRevisionLog(const FileRevisionLog&) = delete;
  FileRevisionLog& operator=(const FileRevisionLog&) = delete;

  absl::StatusOr<std::vector<Revision>> ReadAll() override { return revisions_; }

  // UNAVAILABLE: the record is not in the log. When that cannot be guaranteed any more (the disk
  // failed in the middle), every later call fails too until a restart repairs the tail.
  absl::Status Append(const Revision& revision) override;

 private:
  FileRevisionLog(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  absl::Status Compact(size_t keep);

  absl::Status Load();
  absl::Status DropTail(const std::string& content, size_t keep, size_t line);

  const std::string path_;
  int fd_;
  // End of the last good record.
  size_t size_ = 0;
  bool broken_ = false;
  std::vector<Revision> revisions_;
};

}  // namespace serin::router
