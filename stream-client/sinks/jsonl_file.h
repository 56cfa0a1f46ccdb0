#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace serin::stream {

struct JsonlFileOptions {
  std::string path;           // "-": standard output
  uint64_t rotate_bytes = 0;  // a file that would grow beyond it is put aside; 0: never
  bool sync = true;           // Append returns when its lines are on disk
};

// A file of whole lines that is appended to. What a process that was killed left of a line is cut
// off when the file is opened: its record was not committed and comes again. Not thread-safe.
class JsonlFile {
 public:
  // Error: UNAVAILABLE naming the file.
  static absl::StatusOr<std::unique_ptr<JsonlFile>> Open(JsonlFileOptions options);
  ~JsonlFile();
  JsonlFile(const JsonlFile&) = delete;
  JsonlFile& operator=(const JsonlFile&) = delete;

  // Appends lines, all or none of them (on standard output some may be out already). Error:
  // UNAVAILABLE naming the file (disk full, file too large, ...).
  absl::Status Append(std::string_view lines);

 private:
  explicit JsonlFile(JsonlFileOptions options) : options_(std::move(options)) {}

  bool is_stdout() const { return options_.path == "-"; }
  absl::Status OpenFile();
  absl::Status Rotate();
  absl::Status Write(std::string_view lines);
  absl::Status Failed(std::string_view what) const;

  const JsonlFileOptions options_;
  int fd_ = -1;
  uint64_t size_ = 0;  // of the whole lines
};

}  // namespace serin::stream
