#include "model-server/backends/vader/decimal_round.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "gtest/gtest.h"

namespace serin::model_server {
namespace {

// printf rounds the exact decimal value of a double, ties to even, just as Python's round does.
double ByPrinting(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return std::strtod(buffer, nullptr);
}

TEST(RoundDecimalTest, SendsTiesToTheEvenNeighbour) {
  EXPECT_EQ(RoundDecimal(0.0625, 1000), 0.062);
  EXPECT_EQ(RoundDecimal(0.1875, 1000), 0.188);
  EXPECT_EQ(RoundDecimal(-0.0625, 1000), -0.062);
  EXPECT_EQ(RoundDecimal(0.03125, 10000), 0.0312);
}

TEST(RoundDecimalTest, DecidesBesideATieByTheExactValue) {
  for (int i = 0; i < 10000; ++i) {
    const double tie = (i + 0.5) / 10000;
    for (double value : {std::nextafter(tie, 0), tie, std::nextafter(tie, 1)}) {
      ASSERT_EQ(RoundDecimal(value, 10000), ByPrinting(value, 4)) << i;
      ASSERT_EQ(RoundDecimal(-value, 10000), ByPrinting(-value, 4)) << i;
      ASSERT_EQ(RoundDecimal(value, 1000), ByPrinting(value, 3)) << i;
    }
  }
}

TEST(RoundDecimalTest, AgreesWithPrintingForRandomValues) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (int i = 0; i < 50000; ++i) {
    const double value = uniform(random);
    ASSERT_EQ(RoundDecimal(value, 10000), ByPrinting(value, 4)) << value;
    ASSERT_EQ(RoundDecimal(value, 1000), ByPrinting(value, 3)) << value;
  }
}

}  // namespace
}  // namespace serin::model_server
