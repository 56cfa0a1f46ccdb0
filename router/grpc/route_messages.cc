#include "router/grpc/route_messages.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "router/traffic/weights.h"

namespace serin::router {
namespace {

void FillVersion(const RouteBackends& backends, const ActiveRevision& active, size_t index,
                 uint32_t slots, uint64_t served_by_all, v1::Version& version) {
  version.set_name(backends.route.versions()[index]);
  version.set_target_share(static_cast<double>(slots) / kSlots);
  const uint64_t served = active.served(index);
  version.set_served_requests(served);
  if (served_by_all > 0) {
    version.set_served_share(static_cast<double>(served) / static_cast<double>(served_by_all));
  }
  for (const auto& endpoint : backends.endpoints[index]) {
    v1::Endpoint& added = *version.add_endpoints();
    added.set_address(endpoint->address());
    added.set_ready(endpoint->ready());
  }
}

void FillDrift(const Route& route, const ActiveRevision& active, v1::Route& message) {
  std::string drift = DriftSummary(route, active);
  if (drift.empty()) return;
  message.mutable_drift()->set_summary(std::move(drift));
  const auto& config = route.spec().weights;
  message.mutable_drift()->mutable_config_weights()->insert(config.begin(), config.end());
}

}  // namespace

v1::Route ToMessage(const RouteBackends& backends, const ActiveRevision& active) {
  const Route& route = backends.route;
  v1::Route message;
  message.set_name(route.name());
  message.set_revision(active.number());
  const auto& weights = active.record().weights;
  message.mutable_weights()->insert(weights.begin(), weights.end());
  message.set_stable_version(route.spec().stable_version);
  uint64_t served_by_all = 0;
  for (size_t i = 0; i < route.versions().size(); ++i) served_by_all += active.served(i);
  const std::vector<uint32_t> slots = active.split().table().Counts(route.versions().size());
  for (size_t i = 0; i < slots.size(); ++i) {
    FillVersion(backends, active, i, slots[i], served_by_all, *message.add_versions());
  }
  FillDrift(route, active, message);
  return message;
}

v1::Revision ToMessage(const Revision& revision) {
  v1::Revision message;
  message.set_route(revision.route);
  message.set_revision(revision.number);
  message.mutable_weights()->insert(revision.weights.begin(), revision.weights.end());
  const int64_t nanos = absl::ToUnixNanos(revision.created_at);
  message.mutable_created_at()->set_seconds(nanos / 1'000'000'000);
  message.mutable_created_at()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  message.set_actor(revision.actor);
  message.set_reason(revision.reason);
  return message;
}

WeightChange FromMessage(const v1::SetWeightsRequest& request, const std::string& peer) {
  return {.route = request.route(),
          .weights = {request.weights().begin(), request.weights().end()},
          .expected_revision = request.expected_revision(),
          .reason = request.reason(),
          .actor = request.actor().empty() ? peer : request.actor(),
          .dry_run = request.dry_run(),
          .force = request.force()};
}

absl::StatusOr<v1::ExplainAssignmentResponse> Explain(const Route& route,
                                                      const ActiveRevision& revision,
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
  answer.set_version(route.versions()[choice.version]);
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
