#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace serin {

// Where the finished lines of a log go. Thread-safe; must not block.
class LineSink {
 public:
  virtual ~LineSink() = default;
  // `line` ends with a line break.
  virtual void Write(std::string_view line) = 0;
};

// A file that lines are appended to. A thread of its own writes; callers only append to a bounded
// buffer, and lose their line when it is full. Thread-safe.
class LineFile final : public LineSink {
 public:
  static constexpr size_t kMaxBufferedBytes = 4 << 20;
  // Lines reach the file this long after they were written, at most; waking the writer for each
  // line would cost more than what it tells of.
  static constexpr absl::Duration kFlushInterval = absl::Milliseconds(100);
  // The path that means standard output.
  static constexpr char kStandardOutput[] = "stdout";

  // `key` is what the config calls the path, for the error: INVALID_ARGUMENT if it cannot be
  // opened.
  static absl::StatusOr<std::unique_ptr<LineFile>> Open(std::string_view key,
                                                        const std::string& path);

  // Writes what is buffered.
  ~LineFile() override;

  void Write(std::string_view line) override;

  // Closes the file and opens its path anew, so that it can be renamed away before.
  void Reopen();

  // Lines that were lost because the disk was too slow or refused them.
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  LineFile(std::string path, std::FILE* file);

  void RunWriter();
  // What the writer does not leave for its next round.
  bool Urgent() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return buffer_.size() >= kMaxBufferedBytes / 2 || reopen_ || stop_;
  }

  const std::string path_;
  std::atomic<uint64_t> dropped_{0};
  absl::Mutex mutex_;
  std::string buffer_ ABSL_GUARDED_BY(mutex_);
  uint64_t buffered_lines_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reopen_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::FILE* file_;  // the writer's alone
  std::thread writer_;
};

}  // namespace serin
