#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace serin::testing {

// Leaves the process one free descriptor while it lives.
class OneDescriptor {
 public:
  OneDescriptor() {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    const int lowest_free = dup(0);
    close(lowest_free);
    rlimit one = before_;
    one.rlim_cur = static_cast<rlim_t>(lowest_free) + 1;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &one), 0);
  }
  ~OneDescriptor() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace serin::testing
