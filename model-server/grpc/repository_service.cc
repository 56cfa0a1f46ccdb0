#include "model-server/grpc/repository_service.h"

#include <string>
#include <utility>

#include "common/status/grpc_status.h"

namespace serin::model_server {
namespace {

constexpr char kNotAllowed[] =
    "repository.control_rpcs: expected true for this call, got false (see the config of the "
    "model server)";

template <typename Request>
std::string VersionOf(const Request& request) {
  const auto version = request.parameters().find("version");
  return version == request.parameters().end() ? "" : version->second.string_param();
}

}  // namespace

RepositoryService::~RepositoryService() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

grpc::ServerUnaryReactor* RepositoryService::RepositoryIndex(
    grpc::CallbackServerContext* context, const inference::RepositoryIndexRequest* request,
    inference::RepositoryIndexResponse* response) {
  for (const ModelRepository::Entry& entry : repository_.Index()) {
    const bool ready = entry.state == ModelRepository::State::kReady;
    if (request->ready() && !ready) continue;
    auto* model = response->add_models();
    model->set_name(entry.id.model);
    model->set_version(entry.id.version);
    model->set_state(ready ? "READY" : "UNAVAILABLE");
    model->set_reason(entry.reason);
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* RepositoryService::RepositoryModelLoad(
    grpc::CallbackServerContext* context, const inference::RepositoryModelLoadRequest* request,
    inference::RepositoryModelLoadResponse*) {
  return RunApart(context, [this, model = request->model_name(), version = VersionOf(*request)] {
    return repository_.Load(model, version);
  });
}

grpc::ServerUnaryReactor* RepositoryService::RepositoryModelUnload(
    grpc::CallbackServerContext* context, const inference::RepositoryModelUnloadRequest* request,
    inference::RepositoryModelUnloadResponse*) {
  return RunApart(context, [this, model = request->model_name(), version = VersionOf(*request)] {
    return repository_.Unload(model, version);
  });
}

grpc::ServerUnaryReactor* RepositoryService::RunApart(grpc::CallbackServerContext* context,
                                                      std::function<absl::Status()> change) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!control_) {
    reactor->Finish(grpc::Status(grpc::StatusCode::PERMISSION_DENIED, kNotAllowed));
    return reactor;
  }
  absl::MutexLock lock(&mutex_);
  waiting_.emplace_back(
      [reactor, change = std::move(change)] { reactor->Finish(ToGrpcStatus(change())); });
  return reactor;
}

void RepositoryService::RunOperations() {
  while (true) {
    Operation operation;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &RepositoryService::HasWork));
      if (waiting_.empty()) return;
      operation = std::move(waiting_.front());
      waiting_.pop_front();
    }
    operation();
  }
}

}  // namespace serin::model_server
