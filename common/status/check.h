#pragma once

#include <cstdio>
#include <cstdlib>

// Ends the process when a condition that only a bug of ours can break does not hold. For what we do
// not control (input, files, peers) return an absl::Status instead.
#define SERIN_CHECK(condition)                                                           \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)
