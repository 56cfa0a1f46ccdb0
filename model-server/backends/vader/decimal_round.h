#pragma once

#include <cmath>

namespace serin::model_server {

// `value` rounded to a multiple of 1 / scale as Python's round(value, digits) does for
// scale = 10^digits: by the exact decimal value of the double, a tie to the even neighbour, and the
// result is the double nearest to that decimal number.
//
// |value| * scale must be below 2^52. The product's rounding error decides only beside a tie, so
// the exact arithmetic is done there alone.
inline double RoundDecimal(double value, double scale) {
  const double product = value * scale;
  const double below = std::floor(product);
  const double beyond_tie = product - (below + 0.5);  // exact: both lie within one unit
  constexpr double kSafe = 1e-6;
  if (beyond_tie > kSafe) return (below + 1) / scale;
  if (beyond_tie < -kSafe) return below / scale;
  const double exact = beyond_tie + std::fma(value, scale, -product);
  const bool up = exact > 0 || (exact == 0 && std::fmod(below, 2) != 0);
  return (up ? below + 1 : below) / scale;
}

}  // namespace serin::model_server
