#include "serinctl/route_text.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace serin::serinctl {
namespace {

std::string EndpointsText(const v1::Version& version) {
  return absl::StrJoin(
      version.endpoints(), " ", [](std::string* out, const v1::Endpoint& endpoint) {
        absl::StrAppend(out, endpoint.address(), endpoint.ready() ? " (ready)" : " (NOT READY)");
      });
}

uint32_t WeightOf(const v1::Route& route, const std::string& version) {
  const auto found = route.weights().find(version);
  return found == route.weights().end() ? 0 : found->second;
}

}  // namespace

std::string RouteText(const v1::Route& route) {
  std::string text = absl::StrFormat("route %s, revision %d, stable version %s\n", route.name(),
                                     route.revision(), route.stable_version());
  absl::StrAppendFormat(&text, "  %-10s %8s %8s %10s %8s  %s\n", "version", "weight", "target",
                        "served", "share", "endpoints");
  for (const v1::Version& version : route.versions()) {
    absl::StrAppendFormat(&text, "  %-10s %8d %7.2f%% %10d %7.2f%%  %s\n", version.name(),
                          WeightOf(route, version.name()), 100 * version.target_share(),
                          version.served_requests(), 100 * version.served_share(),
                          EndpointsText(version));
  }
  if (route.has_drift()) absl::StrAppend(&text, "  drift: ", route.drift().summary(), "\n");
  return text;
}

}  // namespace serin::serinctl
