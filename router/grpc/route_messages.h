#pragma once

#include "router/dispatch/request_router.h"
#include "router/revisions/route_store.h"
#include "serin/v1/canary_admin.pb.h"

namespace serin::router {

// Where the router's own types meet serin/v1/canary_admin.proto.

// The route as `active` has it, with the live state of its endpoints.
v1::Route ToMessage(const RouteBackends& backends, const ActiveRevision& active);

v1::Revision ToMessage(const Revision& revision);

// `peer`: gRPC's name of the caller, the actor when the request names none.
WeightChange FromMessage(const v1::SetWeightsRequest& request, const std::string& peer);
WeightChange FromMessage(const v1::RollbackRequest& request, const std::string& peer);
WeightChange FromMessage(const v1::ResetWeightsRequest& request, const std::string& peer);
VersionChange FromMessage(const v1::AddVersionRequest& request, const std::string& peer);
VersionChange FromMessage(const v1::RemoveVersionRequest& request, const std::string& peer);
// A state that is none becomes kRemoved, which CheckVersionChange() refuses.
VersionChange FromMessage(const v1::SetVersionStateRequest& request, const std::string& peer);

v1::SetWeightsResponse ToMessage(const RouteBackends& backends,
                                 const RouteStore::ChangeResult& result);

// Which version the request's key or sequence gets under `revision`, and why. INVALID_ARGUMENT when
// it has neither.
absl::StatusOr<v1::ExplainAssignmentResponse> Explain(const ActiveRevision& revision,
                                                      const v1::ExplainAssignmentRequest& request);

}  // namespace serin::router
