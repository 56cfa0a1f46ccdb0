#include "router/revisions/revision_json.h"

#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "nlohmann/json.hpp"

namespace serin::router {

using Json = nlohmann::ordered_json;

namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

// What is as by default is left out.
void WriteSpec(const VersionSpec& spec, Json& json) {
  json["endpoints"] = spec.endpoints;
  if (spec.protocol != VersionSpec().protocol) json["protocol"] = spec.protocol;
  if (!spec.oip_model.empty()) json["oip_model"] = spec.oip_model;
  if (!spec.oip_version.empty()) json["oip_version"] = spec.oip_version;
  if (spec.tls == UpstreamTls()) return;
  json["tls"] = {{"ca", spec.tls.ca},
                 {"certificate", spec.tls.certificate},
                 {"private_key", spec.tls.private_key},
                 {"server_name", spec.tls.server_name}};
}

Json ToJson(const VersionEntry& entry) {
  Json json;
  json["name"] = entry.name;
  if (entry.state != VersionState::kActive) json["state"] = StateName(entry.state);
  if (entry.spec.has_value()) WriteSpec(*entry.spec, json);
  return json;
}

void ReadSpec(const Json& json, VersionSpec& spec) {
  json.at("endpoints").get_to(spec.endpoints);
  spec.protocol = json.value("protocol", spec.protocol);
  spec.oip_model = json.value("oip_model", "");
  spec.oip_version = json.value("oip_version", "");
  const Json tls = json.value("tls", Json::object());
  spec.tls.ca = tls.value("ca", "");
  spec.tls.certificate = tls.value("certificate", "");
  spec.tls.private_key = tls.value("private_key", "");
  spec.tls.server_name = tls.value("server_name", "");
}

absl::StatusOr<VersionEntry> EntryFromJson(const Json& json) {
  VersionEntry entry;
  json.at("name").get_to(entry.name);
  const std::string state = json.value("state", "ACTIVE");
  for (const VersionState known : {VersionState::kDrained, VersionState::kRemoved}) {
    if (state == StateName(known)) entry.state = known;
  }
  if (!IsName(entry.name)) return absl::InvalidArgumentError("versions: a name is none");
  if (!json.contains("endpoints")) return entry;
  entry.spec.emplace();
  ReadSpec(json, *entry.spec);
  const std::vector<std::string> faults = FaultsOf("versions.", *entry.spec);
  if (!faults.empty()) return absl::InvalidArgumentError(faults.front());
  return entry;
}

absl::Status ReadVersions(const Json& json, Revision& revision) {
  revision.change = json.value("change", std::string());
  if (!json.contains("versions")) return absl::OkStatus();
  for (const Json& one : json.at("versions")) {
    SERIN_ASSIGN_OR_RETURN(VersionEntry entry, EntryFromJson(one));
    revision.versions.push_back(std::move(entry));
  }
  return absl::OkStatus();
}

absl::Status ReadTime(const Json& json, const char* key, absl::Time& time) {
  std::string fault;
  if (absl::ParseTime(absl::RFC3339_full, json.at(key).get_ref<const std::string&>(), &time,
                      &fault)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(key, ": ", fault));
}

}  // namespace

std::string RevisionToJson(const Revision& revision) {
  Json json;
  json["route"] = revision.route;
  json["revision"] = revision.number;
  json["weights"] = revision.weights;
  json["slots"] = revision.slots;
  json["created_at"] = TimeText(revision.created_at);
  json["actor"] = revision.actor;
  json["reason"] = revision.reason;
  json["peer"] = revision.peer;
  if (revision.expires_at != absl::InfiniteFuture()) {
    json["expires_at"] = TimeText(revision.expires_at);
    json["reverts_to"] = revision.reverts_to;
  }
  for (const VersionEntry& entry : revision.versions) json["versions"].push_back(ToJson(entry));
  if (!revision.change.empty()) json["change"] = revision.change;
  json["source"] = revision.source == RevisionSource::kConfig ? "config" : "runtime";
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<Revision> RevisionFromJson(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    Revision revision;
    json.at("route").get_to(revision.route);
    json.at("revision").get_to(revision.number);
    json.at("weights").get_to(revision.weights);
    json.at("slots").get_to(revision.slots);
    json.at("actor").get_to(revision.actor);
    json.at("reason").get_to(revision.reason);
    const auto source = json.at("source").get<std::string>();
    revision.source = source == "config" ? RevisionSource::kConfig : RevisionSource::kRuntime;
    revision.peer = json.value("peer", std::string());
    if (json.contains("expires_at")) {
      SERIN_RETURN_IF_ERROR(ReadTime(json, "expires_at", revision.expires_at));
      json.at("reverts_to").get_to(revision.reverts_to);
    }
    SERIN_RETURN_IF_ERROR(ReadVersions(json, revision));
    SERIN_RETURN_IF_ERROR(ReadTime(json, "created_at", revision.created_at));
    return revision;
  } catch (const std::exception& fault) {
    return absl::InvalidArgumentError(fault.what());
  }
}

}  // namespace serin::router
