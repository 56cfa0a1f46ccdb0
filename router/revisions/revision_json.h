#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "router/revisions/revision.h"

namespace serin::router {

// One revision as one line of JSON for people and other programs:
// {"route":"sentiment","revision":2,"weights":{"v1":80,"v2":20},"slots":"v1:0-7999,v2:8000-9999",
//  "created_at":"2026-01-02T03:04:05.678Z","actor":"ann","reason":"…","peer":"ipv4:127.0.0.1:40110",
//  "source":"runtime"}
// When versions are not as the config file has them, also "versions", all of them in their order,
// such as [{"name":"v1"},{"name":"v3","state":"DRAINED","endpoints":["10.0.0.3:50051"]}], and
// "change" when this revision changed them. A revision with a ttl also has "expires_at" and
// "reverts_to". Keys that are unknown are ignored.
std::string RevisionToJson(const Revision& revision);

// INVALID_ARGUMENT names what is wrong.
absl::StatusOr<Revision> RevisionFromJson(std::string_view json);

}  // namespace serin::router
