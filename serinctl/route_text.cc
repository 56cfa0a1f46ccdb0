#include "serinctl/route_text.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"

namespace serin::serinctl {
namespace {

std::string EndpointsText(const v1::Version& version) {
  const auto print = [](std::string* out, const v1::Endpoint& endpoint) {
    absl::StrAppend(out, endpoint.address(), endpoint.ready() ? " (ready)" : " (NOT READY)");
  };
  return absl::StrCat(version.state() == v1::DRAINED ? "DRAINED " : "",
                      absl::StrJoin(version.endpoints(), " ", print));
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
  if (route.has_expires_at()) {
    const absl::Time end = absl::FromUnixSeconds(route.expires_at().seconds());
    absl::StrAppend(&text, "  until ", absl::FormatTime(end, absl::UTCTimeZone()), ", then as in ",
                    route.reverts_to(), "\n");
  }
  if (route.has_drift()) absl::StrAppend(&text, "  drift: ", route.drift().summary(), "\n");
  return text;
}

std::string RatesText(const v1::Route& route, const std::map<std::string, Rates>& rates) {
  std::string text = absl::StrFormat("  %-24s %10s %10s %10s %10s\n", "", "requests/s", "errors/s",
                                     "p50 ms", "p99 ms");
  for (const v1::Version& version : route.versions()) {
    const bool last = &version == &route.versions(route.versions_size() - 1);
    const auto found = rates.find(version.name());
    const Rates rate = found == rates.end() ? Rates() : found->second;
    absl::StrAppendFormat(&text, "  %s %-21s %10.1f %10.1f %10.2f %10.2f\n", last ? "└─" : "├─",
                          version.name(), rate.requests_per_second, rate.errors_per_second,
                          1e3 * rate.p50, 1e3 * rate.p99);
    for (const v1::Endpoint& endpoint : version.endpoints()) {
      absl::StrAppendFormat(
          &text, "  %s  %s %s %s\n", last ? " " : "│",
          &endpoint == &version.endpoints(version.endpoints_size() - 1) ? "└─" : "├─",
          endpoint.ready() ? "✔" : "✖", endpoint.address());
    }
  }
  return text;
}

std::string ChangeText(const v1::SetWeightsResponse& change, bool dry_run) {
  std::string text = RouteText(change.route());
  absl::StrAppendFormat(&text, "  %.2f%% of the keys %s to another version",
                        100 * change.moved_share(), dry_run ? "would move" : "moved");
  const auto print = [](std::string* out, const v1::Move& move) {
    absl::StrAppendFormat(out, "%.2f%% from %s to %s", 100 * move.share(), move.from(), move.to());
  };
  if (change.moves_size() > 0) {
    absl::StrAppend(&text, ": ", absl::StrJoin(change.moves(), ", ", print));
  }
  return text + "\n";
}

}  // namespace serin::serinctl
