#include "common/telemetry/line_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/strings/absl_view.h"

namespace serin {
namespace {

std::FILE* OpenForAppend(const std::string& path) {
  if (path != LineFile::kStandardOutput) return std::fopen(path.c_str(), "ae");
  // A descriptor of its own, so that closing it leaves standard output open.
  const int descriptor = dup(STDOUT_FILENO);
  return descriptor < 0 ? nullptr : fdopen(descriptor, "a");
}

}  // namespace

absl::StatusOr<std::unique_ptr<LineFile>> LineFile::Open(std::string_view key,
                                                         const std::string& path) {
  std::FILE* const file = OpenForAppend(path);
  if (file == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(AbslView(key), ": expected a file that can be appended to, got \"", path,
                     "\": ", std::strerror(errno)));
  }
  return std::unique_ptr<LineFile>(new LineFile(path, file));
}

LineFile::LineFile(std::string path, std::FILE* file)
    : path_(std::move(path)), file_(file), writer_([this] { RunWriter(); }) {}

LineFile::~LineFile() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  writer_.join();
  if (file_ != nullptr) std::fclose(file_);
}

void LineFile::Write(std::string_view line) {
  absl::MutexLock lock(&mutex_);
  if (buffer_.size() + line.size() > kMaxBufferedBytes) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  buffer_ += line;
  ++buffered_lines_;
}

void LineFile::Reopen() {
  absl::MutexLock lock(&mutex_);
  reopen_ = true;
}

void LineFile::RunWriter() {
  while (true) {
    std::string lines;
    uint64_t count = 0;
    bool reopen = false;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(this, &LineFile::Urgent), kFlushInterval);
      if (stop_ && buffer_.empty()) return;
      lines.swap(buffer_);
      count = std::exchange(buffered_lines_, 0);
      reopen = std::exchange(reopen_, false);
    }
    const bool written =
        file_ != nullptr &&
        (lines.empty() ||
         (std::fwrite(lines.data(), lines.size(), 1, file_) == 1 && std::fflush(file_) == 0));
    if (!written) dropped_.fetch_add(count, std::memory_order_relaxed);
    if (!reopen) continue;
    if (file_ != nullptr) std::fclose(file_);
    file_ = OpenForAppend(path_);
  }
}

}  // namespace serin
