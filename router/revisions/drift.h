#pragma once

#include <string>

#include "router/revisions/route.h"

namespace serin::router {

// The weights of the config file, told when they mean another split than the running ones; empty
// otherwise.
std::string DriftSummary(const Route& route, const ActiveRevision& running);

}  // namespace serin::router
