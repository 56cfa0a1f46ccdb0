#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "tests/common/http2/raw_client.h"

namespace serin::http2::testing {

// A TCP connection to a port of loopback.
class RawConnection {
 public:
  // `receive_buffer`: bytes that the kernel takes for a reader that does not read; 0: as usual.
  explicit RawConnection(int port, int receive_buffer = 0);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;

  bool Send(std::string_view bytes) const;
  // What came, waiting for it at most so long; empty when nothing did.
  std::string Read(absl::Duration timeout = absl::Seconds(20));
  // The server has closed it, as far as Read() has seen.
  bool closed() const { return closed_; }
  bool WaitForClose(absl::Duration timeout = absl::Seconds(20));

  // Carries bytes both ways until `until` holds. False: the connection ended or time ran out.
  bool Talk(RawClient& client, const std::function<bool()>& until,
            absl::Duration timeout = absl::Seconds(20));

 private:
  int fd_;
  bool closed_ = false;
};

}  // namespace serin::http2::testing
