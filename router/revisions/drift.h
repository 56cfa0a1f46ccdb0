#pragma once

#include <string>

#include "router/revisions/route.h"

namespace serin::router {

// The weights of the config file, told when they mean another split than the running ones, and the
// versions that are not as it has them; empty when all is as in the file.
std::string DriftSummary(const Route& route, const ActiveRevision& running);

}  // namespace serin::router
