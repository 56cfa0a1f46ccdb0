// Any content of a revision log is read, repaired or refused; what was read is there again after
// one more revision was written, and after a start that tears the last line off.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/hashing/stable_hash.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"
#include "router/revisions/file_revision_log.h"
#include "router/revisions/revision_json.h"
#include "tests/fuzz/fuzz_target.h"

namespace serin::router {
namespace {

// With a checksum that fits in front of each line, so that what follows is looked at, too.
std::string WithChecksums(std::string_view lines) {
  std::string content;
  for (const absl::string_view line : absl::StrSplit(AbslView(lines), '\n')) {
    content += absl::StrFormat("%016x %s\n", StableHash(StdView(line)), line);
  }
  return content;
}

std::string Write(std::string_view content) {
  const std::string path = absl::StrFormat("/dev/shm/serin-fuzz-%d.log", getpid());
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  return path;
}

Revision Next() {
  return {.route = "sentiment",
          .number = 7,
          .weights = {{"v1", 1}},
          .slots = "v1:0-9999",
          .created_at = absl::FromUnixSeconds(1),
          .actor = "fuzz",
          .reason = "one more",
          .peer = ""};
}

void CheckLog(const std::string& path) {
  auto log = FileRevisionLog::Open(path);
  if (!log.ok()) {
    SERIN_CHECK(log.status().code() == absl::StatusCode::kDataLoss);
    return;
  }
  std::vector<Revision> revisions = *(*log)->ReadAll();
  SERIN_CHECK((*log)->Append(Next()).ok());
  revisions.push_back(Next());
  log->reset();
  std::ofstream(path, std::ios::binary | std::ios::app) << "torn";
  log = FileRevisionLog::Open(path);
  SERIN_CHECK(log.ok());
  SERIN_CHECK(*(*log)->ReadAll() == revisions);
}

}  // namespace
}  // namespace serin::router

SERIN_FUZZ(input) {
  using namespace serin::router;
  spdlog::set_level(spdlog::level::off);
  if (input.empty()) return;
  const bool raw = input.front() % 2 == 0;
  const std::string_view rest = input.substr(1);
  const std::string path = Write(raw ? std::string(rest) : WithChecksums(rest));
  CheckLog(path);
  std::filesystem::remove(path);
  std::filesystem::remove(path + ".dropped");
}
