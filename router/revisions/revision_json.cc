#include "router/revisions/revision_json.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace serin::router {

using Json = nlohmann::ordered_json;

std::string RevisionToJson(const Revision& revision) {
  Json json;
  json["route"] = revision.route;
  json["revision"] = revision.number;
  json["weights"] = revision.weights;
  json["slots"] = revision.slots;
  json["created_at"] =
      absl::FormatTime(absl::RFC3339_full, revision.created_at, absl::UTCTimeZone());
  json["actor"] = revision.actor;
  json["reason"] = revision.reason;
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
    std::string fault;
    if (!absl::ParseTime(absl::RFC3339_full, json.at("created_at").get<std::string>(),
                         &revision.created_at, &fault)) {
      return absl::InvalidArgumentError(absl::StrCat("created_at: ", fault));
    }
    return revision;
  } catch (const std::exception& fault) {
    return absl::InvalidArgumentError(fault.what());
  }
}

}  // namespace serin::router
