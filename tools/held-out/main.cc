// serin-held-out: prints the lines of standard input that v2 was not trained on.
#include <cstdlib>
#include <iostream>
#include <string>

#include "models/corpus.h"

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    if (serin::models::IsForTesting(line)) std::cout << line << '\n';
  }
  return std::cout.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}
