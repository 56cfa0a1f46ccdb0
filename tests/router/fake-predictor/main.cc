// serin-fake-predictor PORT FAIL_EVERY: a FakePredictor as a process, of which every n-th answer is
// UNAVAILABLE. Serves until its standard input ends.
#include <cstdlib>
#include <iostream>
#include <limits>

#include "absl/strings/str_cat.h"
#include "tests/support/fake_predictor.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "expected PORT FAIL_EVERY, got " << argc - 1 << " arguments" << std::endl;
    return 64;
  }
  serin::testing::FakePredictor server(0.2, {}, absl::StrCat("127.0.0.1:", argv[1]));
  server.FailEvery(static_cast<uint64_t>(std::atoi(argv[2])),
                   absl::UnavailableError("as the test asked for"));
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  return 0;
}
