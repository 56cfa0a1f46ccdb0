#include "router/grpc/route_messages.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "router/revisions/drift.h"
#include "router/traffic/weights.h"

namespace serin::router {
namespace {

void FillTraffic(VersionStats& stats, v1::Traffic& traffic) {
  uint64_t requests = 0;
  uint64_t good = 0;
  for (int kind = 1; kind < kAssignmentKinds; ++kind) {
    for (int code = 0; code < kStatusCodes; ++code) {
      const uint64_t count =
          stats.requests(static_cast<AssignmentKind>(kind), static_cast<absl::StatusCode>(code))
              .load(std::memory_order_relaxed);
      requests += count;
      if (code == 0) good += count;
    }
  }
  traffic.set_requests(requests);
  traffic.set_errors(requests - good);
  const std::vector<int64_t>& bounds = stats.duration.bounds();
  for (const int64_t bound : bounds) traffic.add_bounds_seconds(static_cast<double>(bound) * 1e-9);
  for (size_t i = 0; i <= bounds.size(); ++i) traffic.add_counts(stats.duration.count(i));
}

void FillDefinition(const VersionSpec& spec, v1::VersionDefinition& definition) {
  definition.mutable_endpoints()->Add(spec.endpoints.begin(), spec.endpoints.end());
  definition.set_protocol(spec.protocol);
  definition.set_oip_model(spec.oip_model);
  definition.set_oip_version(spec.oip_version);
  if (spec.tls == UpstreamTls()) return;
  definition.mutable_tls()->set_ca(spec.tls.ca);
  definition.mutable_tls()->set_certificate(spec.tls.certificate);
  definition.mutable_tls()->set_private_key(spec.tls.private_key);
  definition.mutable_tls()->set_server_name(spec.tls.server_name);
}

VersionSpec SpecOf(const v1::VersionDefinition& definition) {
  const v1::UpstreamTls& tls = definition.tls();
  VersionSpec spec{.endpoints = {definition.endpoints().begin(), definition.endpoints().end()},
                   .oip_model = definition.oip_model(),
                   .oip_version = definition.oip_version(),
                   .tls = {.ca = tls.ca(),
                           .certificate = tls.certificate(),
                           .private_key = tls.private_key(),
                           .server_name = tls.server_name()}};
  if (!definition.protocol().empty()) spec.protocol = definition.protocol();
  return spec;
}

void FillVersion(const RouteBackends& backends, const ActiveRevision& active, size_t index,
                 uint32_t slots, uint64_t served_by_all, v1::Version& version) {
  const std::string& name = active.versions()[index];
  const VersionBackends of_version = backends.Version(name);
  version.set_name(name);
  version.set_state(active.versions().active(index) ? v1::ACTIVE : v1::DRAINED);
  if (active.versions().is_runtime(index)) {
    FillDefinition(active.versions().spec(index), *version.mutable_definition());
  }
  version.set_target_share(static_cast<double>(slots) / kSlots);
  const uint64_t served = active.served(index);
  version.set_served_requests(served);
  if (served_by_all > 0) {
    version.set_served_share(static_cast<double>(served) / static_cast<double>(served_by_all));
  }
  for (const auto& endpoint : *of_version.endpoints) {
    v1::Endpoint& added = *version.add_endpoints();
    added.set_address(endpoint->address());
    added.set_ready(endpoint->ready());
  }
  FillTraffic(*of_version.stats, *version.mutable_traffic());
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp message;
  const int64_t nanos = absl::ToUnixNanos(time);
  message.set_seconds(nanos / 1'000'000'000);
  message.set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  return message;
}

template <typename Message>
void FillExpiry(const Revision& revision, Message& message) {
  if (revision.expires_at == absl::InfiniteFuture()) return;
  *message.mutable_expires_at() = ToTimestamp(revision.expires_at);
  message.set_reverts_to(revision.reverts_to);
}

// What the requests for a change have in common.
template <typename Request>
WeightChange NoteOf(const Request& request, const std::string& peer) {
  return {.route = request.route(),
          .weights = {},
          .expected_revision = request.expected_revision(),
          .reason = request.reason(),
          .actor = request.actor().empty() ? peer : request.actor(),
          .peer = peer,
          .dry_run = request.dry_run()};
}

void FillDrift(const Route& route, const ActiveRevision& active, v1::Route& message) {
  std::string drift = DriftSummary(route, active);
  if (drift.empty()) return;
  message.mutable_drift()->set_summary(std::move(drift));
  const auto base = route.base();
  message.mutable_drift()->mutable_config_weights()->insert(base->begin(), base->end());
}

}  // namespace

v1::Route ToMessage(const RouteBackends& backends, const ActiveRevision& active) {
  const Route& route = backends.route();
  v1::Route message;
  message.set_name(route.name());
  message.set_revision(active.number());
  const auto& weights = active.record().weights;
  message.mutable_weights()->insert(weights.begin(), weights.end());
  message.set_stable_version(route.spec().stable_version);
  uint64_t served_by_all = 0;
  const size_t versions = active.versions().size();
  for (size_t i = 0; i < versions; ++i) served_by_all += active.served(i);
  const std::vector<uint32_t> slots = active.split().table().Counts(versions);
  for (size_t i = 0; i < slots.size(); ++i) {
    FillVersion(backends, active, i, slots[i], served_by_all, *message.add_versions());
  }
  FillDrift(route, active, message);
  FillExpiry(active.record(), message);
  return message;
}

v1::Revision ToMessage(const Revision& revision) {
  v1::Revision message;
  message.set_route(revision.route);
  message.set_revision(revision.number);
  message.mutable_weights()->insert(revision.weights.begin(), revision.weights.end());
  *message.mutable_created_at() = ToTimestamp(revision.created_at);
  message.set_actor(revision.actor);
  message.set_reason(revision.reason);
  message.set_peer(revision.peer);
  message.set_change(revision.change);
  FillExpiry(revision, message);
  return message;
}

WeightChange FromMessage(const v1::SetWeightsRequest& request, const std::string& peer) {
  WeightChange change = NoteOf(request, peer);
  change.force = request.force();
  change.weights = {request.weights().begin(), request.weights().end()};
  if (request.has_ttl()) {
    change.ttl = absl::Seconds(request.ttl().seconds()) + absl::Nanoseconds(request.ttl().nanos());
  }
  return change;
}

WeightChange FromMessage(const v1::RollbackRequest& request, const std::string& peer) {
  WeightChange change = NoteOf(request, peer);
  change.force = request.force();
  return change;
}

WeightChange FromMessage(const v1::ResetWeightsRequest& request, const std::string& peer) {
  WeightChange change = NoteOf(request, peer);
  change.force = request.force();
  return change;
}

VersionChange FromMessage(const v1::AddVersionRequest& request, const std::string& peer) {
  return {.note = NoteOf(request, peer),
          .kind = VersionChange::Kind::kAdd,
          .version = request.version(),
          .spec = SpecOf(request.definition()),
          .replace = request.replace()};
}

VersionChange FromMessage(const v1::RemoveVersionRequest& request, const std::string& peer) {
  return {.note = NoteOf(request, peer),
          .kind = VersionChange::Kind::kRemove,
          .version = request.version()};
}

VersionChange FromMessage(const v1::SetVersionStateRequest& request, const std::string& peer) {
  VersionChange change{.note = NoteOf(request, peer),
                       .kind = VersionChange::Kind::kSetState,
                       .version = request.version(),
                       .state = VersionState::kRemoved};
  if (request.state() == v1::ACTIVE) change.state = VersionState::kActive;
  if (request.state() == v1::DRAINED) change.state = VersionState::kDrained;
  return change;
}

v1::SetWeightsResponse ToMessage(const RouteBackends& backends,
                                 const RouteStore::ChangeResult& result) {
  v1::SetWeightsResponse message;
  *message.mutable_route() = ToMessage(backends, *result.revision);
  uint32_t moved = 0;
  for (const SlotMove& one : result.moves) {
    v1::Move& move = *message.add_moves();
    move.set_from(one.from);
    move.set_to(one.to);
    move.set_share(static_cast<double>(one.slots) / kSlots);
    moved += one.slots;
  }
  message.set_moved_share(static_cast<double>(moved) / kSlots);
  return message;
}

absl::StatusOr<v1::ExplainAssignmentResponse> Explain(const ActiveRevision& revision,
                                                      const v1::ExplainAssignmentRequest& request) {
  using Request = v1::ExplainAssignmentRequest;
  if (request.subject_case() == Request::SUBJECT_NOT_SET) {
    return absl::InvalidArgumentError("subject: expected key or sequence, got neither");
  }
  const bool by_key = request.subject_case() == Request::kKey;
  const Split::Choice choice = by_key ? revision.split().ByKey(request.key())
                                      : revision.split().BySequence(request.sequence());
  v1::ExplainAssignmentResponse answer;
  answer.set_revision(revision.number());
  answer.set_version(revision.versions()[choice.version]);
  answer.set_slot(choice.slot);
  answer.set_block(choice.block);
  answer.set_position(choice.position);
  answer.set_why(
      by_key ? absl::StrCat("the key hashes to slot ", choice.slot, " of 10000, which revision ",
                            revision.number(), " gives to ", answer.version())
             : absl::StrCat("place ", choice.position, " of block ", choice.block, " belongs to ",
                            answer.version(), " under revision ", revision.number()));
  return answer;
}

}  // namespace serin::router
