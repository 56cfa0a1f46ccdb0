#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "common/rpc/tls.h"

namespace serin {

// What TLS files look like from outside: another stamp means that they are to be read again.
class TlsStamp {
 public:
  // Files that cannot be looked at have a stamp, too.
  explicit TlsStamp(const TlsFiles& files);

  bool operator==(const TlsStamp& other) const { return parts_ == other.parts_; }

 private:
  std::array<std::pair<int64_t, int64_t>, 3> parts_;  // inode and time of the last change
};

}  // namespace serin
