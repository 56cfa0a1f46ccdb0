#include "model-server/model_server.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "common/status/status_macros.h"
#include "model-server/backends/model_factory.h"

namespace serin::model_server {
namespace {

// Items a worker takes at a time: some 100 µs of VADER, a millisecond of fastText. Smaller batches
// are answered by the thread that read them.
constexpr size_t kChunkItems = 64;

int WorkerThreads() { return static_cast<int>(std::max(1u, std::thread::hardware_concurrency())); }

}  // namespace

absl::StatusOr<std::unique_ptr<ModelServer>> ModelServer::Start(
    const v1::config::ModelServerConfig& config) {
  const v1::config::ModelConfig& model = config.model();
  SERIN_ASSIGN_OR_RETURN(std::shared_ptr<const Model> loaded,
                         LoadModel(model.backend(), model.path()));
  SERIN_RETURN_IF_ERROR(WarmUp(*loaded));
  auto server = std::unique_ptr<ModelServer>(new ModelServer(config, std::move(loaded)));
  SERIN_RETURN_IF_ERROR(server->Listen(config));
  return server;
}

ModelServer::ModelServer(const v1::config::ModelServerConfig& config,
                         std::shared_ptr<const Model> model)
    : registry_(std::make_shared<prometheus::Registry>()),
      metrics_(*registry_, config.model().name(), config.model().version()),
      engine_({.name = config.model().name(),
               .version = config.model().version(),
               .model = std::move(model)},
              config.limits().max_text_bytes(), metrics_, clock_),
      scheduler_(WorkerThreads(), kChunkItems),
      predictor_(engine_, scheduler_, config.limits().max_batch_items()) {}

absl::Status ModelServer::Listen(const v1::config::ModelServerConfig& config) {
  SERIN_ASSIGN_OR_RETURN(
      server_, GrpcServer::Start(
                   {.listen = config.listen(),
                    .services = {&predictor_},
                    .health_names = {"serin.v1.Predictor", config.model().name()},
                    .max_message_bytes = static_cast<int>(config.limits().max_message_bytes())}));
  SERIN_ASSIGN_OR_RETURN(admin_,
                         AdminEndpoint::Start(config.admin_listen(), registry_, readiness_));
  readiness_.OnChange([this](bool ready) { server_->SetServing(ready); });
  readiness_.Set("model", true);
  spdlog::info("{} {} ({}) is ready: gRPC on {}, metrics and probes on port {}",
               engine_.model_name(), engine_.model_version(), config.model().backend(),
               server_->address(), admin_->port());
  return absl::OkStatus();
}

void ModelServer::Drain(absl::Duration grace) {
  readiness_.Set("running", false, "draining");
  server_->Shutdown(grace);
}

}  // namespace serin::model_server
