#include "router/grpc/inference_service.h"

#include <optional>

#include "common/oip/text_tensors.h"
#include "common/status/status_macros.h"
#include "router/grpc/infer_call.h"

namespace serin::router {
namespace {

bool IsReady(const RouteView& view, const std::string& name) {
  const VersionSet& versions = view.revision->versions();
  const std::optional<uint16_t> version =
      name.empty() ? std::optional<uint16_t>(versions.stable()) : versions.Find(name);
  return version.has_value() && versions.active(*version) &&
         view.versions[*version].HasReadyEndpoint();
}

}  // namespace

absl::StatusOr<InferenceService::Active> InferenceService::Find(const std::string& model,
                                                                const std::string& version) const {
  SERIN_ASSIGN_OR_RETURN(const RouteBackends* const route, FindRoute(routes_, model));
  Active revision = route->view()->revision;
  if (!version.empty()) SERIN_RETURN_IF_ERROR(FindVersion(*revision, version).status());
  return revision;
}

grpc::ServerUnaryReactor* InferenceService::ModelReady(grpc::CallbackServerContext* context,
                                                       const inference::ModelReadyRequest* request,
                                                       inference::ModelReadyResponse* response) {
  const absl::StatusOr<RouteBackends*> route = FindRoute(routes_, request->name());
  response->set_ready(ready() && route.ok() && IsReady(*(*route)->view(), request->version()));
  return Finish(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* InferenceService::ModelMetadata(
    grpc::CallbackServerContext* context, const inference::ModelMetadataRequest* request,
    inference::ModelMetadataResponse* response) {
  const absl::StatusOr<Active> revision = Find(request->name(), request->version());
  if (!revision.ok()) return Finish(*context, revision.status());
  response->set_name((*revision)->record().route);
  for (const std::string& name : (*revision)->versions().names()) response->add_versions(name);
  response->set_platform("serin_router");
  oip::DescribeTensors(*response);
  return Finish(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* InferenceService::ModelInfer(grpc::CallbackServerContext* context,
                                                       const inference::ModelInferRequest* request,
                                                       inference::ModelInferResponse* response) {
  // A tensor without texts is not assigned, but its model has to be there all the same.
  const absl::StatusOr<Active> revision = Find(request->model_name(), request->model_version());
  if (!revision.ok()) return Finish(*context, revision.status());
  const absl::StatusOr<InferCall*> call =
      InferCall::Create(router_, *context, *request, *response, limits_, clock_.Now());
  if (!call.ok()) return Finish(*context, call.status());
  router_.Start(**call);
  return *call;
}

}  // namespace serin::router
