#pragma once

#include "model-server/grpc/inference_service.h"
#include "model-server/repository/model_repository.h"

namespace serin::model_server {

// The inference service with the model repository extension. Loading takes as long as it takes, so
// it runs on a thread of its own and not on gRPC's. Thread-safe.
class RepositoryService final : public InferenceService {
 public:
  // `control`: whether Load and Unload are allowed. The references must outlive the server.
  RepositoryService(const ServingContext& serving, const Readiness& readiness,
                    ModelRepository& repository, bool control)
      : InferenceService(serving, readiness), repository_(repository), control_(control) {}

  // Waits for loads under way.
  ~RepositoryService() override;

  grpc::ServerUnaryReactor* RepositoryIndex(grpc::CallbackServerContext* context,
                                            const inference::RepositoryIndexRequest* request,
                                            inference::RepositoryIndexResponse* response) override;
  grpc::ServerUnaryReactor* RepositoryModelLoad(
      grpc::CallbackServerContext* context, const inference::RepositoryModelLoadRequest* request,
      inference::RepositoryModelLoadResponse* response) override;
  grpc::ServerUnaryReactor* RepositoryModelUnload(
      grpc::CallbackServerContext* context, const inference::RepositoryModelUnloadRequest* request,
      inference::RepositoryModelUnloadResponse* response) override;

 private:
  using Operation = std::function<absl::Status()>;

  grpc::ServerUnaryReactor* RunApart(grpc::CallbackServerContext* context, Operation operation);

  ModelRepository& repository_;
  const bool control_;
  absl::Mutex mutex_;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace serin::model_server
