#pragma once

#include <string>

#include "serin/v1/canary_admin.pb.h"

namespace serin::serinctl {

// Revisions for people, a line each: number, time, weights, who, why.
std::string HistoryText(const v1::ListRevisionsResponse& history);

}  // namespace serin::serinctl
