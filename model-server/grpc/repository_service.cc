#include "model-server/grpc/repository_service.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/grpc_status.h"
#include "common/strings/absl_view.h"
#include "common/strings/utf8_prefix.h"

namespace serin::model_server {
namespace {

constexpr char kNotAllowed[] =
    "repository.control_rpcs: expected true for this call, got false (see the config of the "
    "model server)";

// The parameter `version`, "" without one. Others are refused, as they would change what a caller
// believes it has done (Triton takes a whole `config`); Triton's client sends `unload_dependents`
// with every unload, and nothing here depends on another model.
template <typename Request>
absl::StatusOr<std::string> VersionOf(const Request& request) {
  std::string version;
  for (const auto& [name, value] : request.parameters()) {
    if (name == "version" && value.has_string_param()) {
      version = value.string_param();
    } else if (name != "unload_dependents") {
      return absl::InvalidArgumentError(
          absl::StrCat("parameters: expected none but version (a string), got \"",
                       AbslView(Utf8Prefix(name, 100)), "\""));
    }
  }
  return version;
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
  return RunApart(context, request->model_name(), VersionOf(*request), &ModelRepository::Load);
}

grpc::ServerUnaryReactor* RepositoryService::RepositoryModelUnload(
    grpc::CallbackServerContext* context, const inference::RepositoryModelUnloadRequest* request,
    inference::RepositoryModelUnloadResponse*) {
  return RunApart(context, request->model_name(), VersionOf(*request), &ModelRepository::Unload);
}

grpc::ServerUnaryReactor* RepositoryService::RunApart(grpc::CallbackServerContext* context,
                                                      const std::string& model,
                                                      const absl::StatusOr<std::string>& version,
                                                      Change change) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!control_) {
    reactor->Finish(grpc::Status(grpc::StatusCode::PERMISSION_DENIED, kNotAllowed));
    return reactor;
  }
  if (!version.ok()) {
    reactor->Finish(ToGrpcStatus(version.status()));
    return reactor;
  }
  absl::MutexLock lock(&mutex_);
  waiting_.emplace_back([&repository = repository_, reactor, change, model, version = *version] {
    reactor->Finish(ToGrpcStatus((repository.*change)(model, version)));
  });
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
