// serin-fake-scorer PORT [DELAY_MS]: a FakeScoringServer as a process, for tests and benchmarks of
// whole stream clients. Port 0: any free one. Prints its address; serves until its standard input
// ends.
#include <cstdlib>
#include <iostream>
#include <limits>

#include "tests/support/fake_scoring_server.h"

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::cerr << "expected PORT [DELAY_MS], got " << argc - 1 << " arguments" << std::endl;
    return 64;
  }
  serin::testing::FakeScoringServer server(std::atoi(argv[1]));
  if (argc == 3) server.SetDelay(absl::Milliseconds(std::atof(argv[2])));
  std::cout << server.address() << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  return 0;
}
