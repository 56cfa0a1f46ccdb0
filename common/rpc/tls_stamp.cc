#include "common/rpc/tls_stamp.h"

#include <sys/stat.h>

namespace serin {
namespace {

std::pair<int64_t, int64_t> StampOf(const std::string& path) {
  struct stat found {};
  if (path.empty() || stat(path.c_str(), &found) != 0) return {0, 0};
  return {static_cast<int64_t>(found.st_ino),
          found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec};
}

}  // namespace

TlsStamp::TlsStamp(const TlsFiles& files)
    : parts_{StampOf(files.certificate), StampOf(files.private_key), StampOf(files.ca)} {}

}  // namespace serin
