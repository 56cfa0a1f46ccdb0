#include "model-server/grpc/inference_service.h"

#include <memory>
#include <string>
#include <utility>

#include "common/oip/text_tensors.h"
#include "common/status/grpc_status.h"
#include "model-server/grpc/infer_call.h"

namespace serin::model_server {

grpc::ServerUnaryReactor* InferenceService::ModelReady(grpc::CallbackServerContext* context,
                                                       const inference::ModelReadyRequest* request,
                                                       inference::ModelReadyResponse* response) {
  response->set_ready(
      ready() && serving_.engine.catalog()->Find(request->name(), request->version()) != nullptr);
  return Finish(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* InferenceService::ModelMetadata(
    grpc::CallbackServerContext* context, const inference::ModelMetadataRequest* request,
    inference::ModelMetadataResponse* response) {
  const std::shared_ptr<const ModelCatalog> catalog = serving_.engine.catalog();
  const ServedModel* served = catalog->Find(request->name(), request->version());
  if (served == nullptr) {
    return Finish(*context, catalog->NotFound(request->name(), request->version()));
  }
  response->set_name(served->name);
  for (std::string& version : catalog->VersionsOf(served->name)) {
    response->add_versions(std::move(version));
  }
  response->set_platform(served->platform);
  oip::DescribeTensors(*response);
  return Finish(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* InferenceService::ModelInfer(grpc::CallbackServerContext* context,
                                                       const inference::ModelInferRequest* request,
                                                       inference::ModelInferResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  absl::StatusOr<std::unique_ptr<InferCall>> call =
      InferCall::Create(serving_, *context, *request, *response);
  if (!call.ok()) {
    reactor->Finish(ToGrpcStatus(call.status()));
    return reactor;
  }
  InferCall::Run(*std::move(call),
                 [reactor](const absl::Status& status) { reactor->Finish(ToGrpcStatus(status)); });
  return reactor;
}

}  // namespace serin::model_server
