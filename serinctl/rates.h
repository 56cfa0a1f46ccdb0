#pragma once

#include <map>
#include <string>

#include "absl/time/time.h"
#include "serin/v1/canary_admin.pb.h"

namespace serin::serinctl {

// What a version did between two looks at its route.
struct Rates {
  double requests_per_second = 0;
  double errors_per_second = 0;
  // Seconds, between the bounds of a bucket in proportion, as Prometheus does it; the last bound
  // for what lies above it, 0 without requests.
  double p50 = 0;
  double p99 = 0;
};

// By version. A counter that went back (the router was restarted) counts from zero.
std::map<std::string, Rates> RatesBetween(const v1::Route& before, const v1::Route& after,
                                          absl::Duration apart);

}  // namespace serin::serinctl
