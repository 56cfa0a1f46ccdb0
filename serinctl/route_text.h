#pragma once

#include <string>

#include "serin/v1/canary_admin.pb.h"

namespace serin::serinctl {

// A route for people: its name and revision, then one line a version with weight, target share,
// what it served under this revision, and its endpoints.
std::string RouteText(const v1::Route& route);

}  // namespace serin::serinctl
