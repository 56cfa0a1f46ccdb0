#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// Defines the entry of libFuzzer (https://llvm.org/docs/LibFuzzer.html) as a function of a text:
//   SERIN_FUZZ(input) { ... }
// Whatever breaks a promise ends the process: SERIN_CHECK, or a sanitizer.
#define SERIN_FUZZ(input)                                                   \
  static void TryInput(std::string_view input);                             \
  extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) { \
    TryInput(std::string_view(reinterpret_cast<const char*>(data), size));  \
    return 0;                                                               \
  }                                                                         \
  static void TryInput(std::string_view input)
