#include "router/dispatch/route_stats.h"

#include <vector>

namespace serin::router {
namespace {

// Nanoseconds, from 50 microseconds to 10 seconds.
std::vector<int64_t> LatencyBounds() {
  return {50'000,      100'000,       250'000,       500'000,       1'000'000,     2'500'000,
          5'000'000,   10'000'000,    25'000'000,    50'000'000,    100'000'000,   250'000'000,
          500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};
}

std::vector<int64_t> OverheadBounds() {
  std::vector<int64_t> bounds = {1'000, 2'500, 5'000, 10'000, 25'000};
  for (const int64_t bound : LatencyBounds()) bounds.push_back(bound);
  return bounds;
}

std::vector<int64_t> ItemBounds() { return {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}; }

}  // namespace

VersionStats::VersionStats() : duration(LatencyBounds()), batch_items(ItemBounds()) {}

RouteStats::RouteStats() : overhead(OverheadBounds()) {}

}  // namespace serin::router
