#pragma once

#include <map>
#include <string>

#include "serin/v1/canary_admin.pb.h"
#include "serinctl/rates.h"

namespace serin::serinctl {

// A route for people: its name and revision, then one line a version with weight, target share,
// what it served under this revision, and its endpoints.
std::string RouteText(const v1::Route& route);

// The same as a tree of versions and endpoints, with what each version did lately.
std::string RatesText(const v1::Route& route, const std::map<std::string, Rates>& rates);

// A change that was made, or with `dry_run` would be: the route, and which share of the keys moves.
std::string ChangeText(const v1::SetWeightsResponse& change, bool dry_run);

}  // namespace serin::serinctl
