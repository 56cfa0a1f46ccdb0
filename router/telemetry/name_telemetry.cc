#include "router/telemetry/name_telemetry.h"

#include <spdlog/spdlog.h>

#include <set>

#include "absl/strings/str_cat.h"

namespace serin::router {
namespace {

std::string StateText(const NameState& name) {
  if (name.status.ok()) return absl::StrCat(name.addresses, " addresses");
  return absl::StrCat(name.status.message(), "; the last good ", name.addresses,
                      " addresses stay in use");
}

}  // namespace

NameTelemetry::NameTelemetry(prometheus::Registry& registry)
    : resolved_(prometheus::BuildGauge()
                    .Name("serin_upstream_name_resolved")
                    .Help("1 when the name of a version's endpoints can be resolved; 0 while its "
                          "last good addresses are kept.")
                    .Register(registry)),
      addresses_(prometheus::BuildGauge()
                     .Name("serin_upstream_name_addresses")
                     .Help("Addresses in use of the name of a version's endpoints.")
                     .Register(registry)) {}

void NameTelemetry::Tell(const std::vector<NameState>& names) {
  std::set<std::string> seen;
  for (const NameState& name : names) {
    const std::string key = absl::StrCat(name.route, "/", name.version, " ", name.target);
    seen.insert(key);
    const prometheus::Labels labels = {
        {"route", name.route}, {"version", name.version}, {"name", name.target}};
    Told& told = told_.try_emplace(key, Told{&resolved_.Add(labels), &addresses_.Add(labels), ""})
                     .first->second;
    told.resolved->Set(name.status.ok() ? 1 : 0);
    told.addresses->Set(static_cast<double>(name.addresses));
    std::string text = StateText(name);
    if (text == told.text) continue;
    spdlog::log(name.status.ok() ? spdlog::level::info : spdlog::level::warn, "endpoints of {}: {}",
                key, text);
    told.text = std::move(text);
  }
  for (auto it = told_.begin(); it != told_.end();) {
    if (seen.count(it->first) > 0) {
      ++it;
      continue;
    }
    resolved_.Remove(it->second.resolved);
    addresses_.Remove(it->second.addresses);
    it = told_.erase(it);
  }
}

}  // namespace serin::router
