#pragma once

#include <deque>
#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "model-server/grpc/inference_service.h"
#include "model-server/repository/model_repository.h"

namespace serin::model_server {

// The inference service with the model repository extension. Loading takes as long as it takes, so
// it runs on a thread of its own and not on gRPC's: one for all calls, which wait in line, so that
// what a load allocates comes from one heap. Thread-safe.
class RepositoryService final : public InferenceService {
 public:
  // `control`: whether Load and Unload are allowed. The references must outlive the server.
  RepositoryService(const ServingContext& serving, const Readiness& readiness,
                    ModelRepository& repository, bool control)
      : InferenceService(serving, readiness),
        repository_(repository),
        control_(control),
        thread_([this] { RunOperations(); }) {}

  // Waits for the loads that were asked for.
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
  // Does what a call asks for and finishes it.
  using Operation = std::function<void()>;

  using Change = absl::Status (ModelRepository::*)(const std::string& model,
                                                   const std::string& version);

  // An error in `version` is the call's.
  grpc::ServerUnaryReactor* RunApart(grpc::CallbackServerContext* context, const std::string& model,
                                     const absl::StatusOr<std::string>& version, Change change);
  void RunOperations();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !waiting_.empty() || stop_; }

  ModelRepository& repository_;
  const bool control_;
  absl::Mutex mutex_;
  std::deque<Operation> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace serin::model_server
