#include "model-server/model_server.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/config/config_loader.h"
#include "common/status/status_macros.h"
#include "model-server/model_server_config.h"

namespace serin::model_server {
namespace {

// Items a worker takes at a time: some 100 µs of VADER, a millisecond of fastText. Smaller batches
// are answered by the thread that read them.
constexpr size_t kChunkItems = 64;

int WorkerThreads() { return static_cast<int>(std::max(1u, std::thread::hardware_concurrency())); }

std::string HealthNameOf(const ModelVersionId& id) {
  return absl::StrCat(id.model, "/", id.version);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ModelServer>> ModelServer::Start(
    const v1::config::ModelServerConfig& config) {
  SERIN_ASSIGN_OR_RETURN(std::unique_ptr<JsonPredictionLog> log,
                         JsonPredictionLog::Open(config.request_log()));
  auto server = std::unique_ptr<ModelServer>(new ModelServer(config, std::move(log)));
  SERIN_RETURN_IF_ERROR(server->LoadModels());
  SERIN_RETURN_IF_ERROR(server->Listen(config));
  return server;
}

ModelServer::ModelServer(const v1::config::ModelServerConfig& config,
                         std::unique_ptr<JsonPredictionLog> log)
    : metrics_(std::make_shared<PredictionMetrics>()),
      load_metrics_(*metrics_),
      log_(std::move(log)),
      incidents_(config.incidents(), clock_),
      catalog_(std::make_shared<const ModelCatalog>()),
      loader_([this](const ModelVersionId& id) { return metrics_->StatsOf(id.model, id.version); },
              clock_),
      repository_(
          config.repository().path(), SelectionOf(config.repository()), loader_, catalog_,
          [this](const ModelVersionId& id, const absl::Status& outcome,
                 const ModelCatalog& catalog) { OnLoad(id, outcome, catalog); },
          [this](const absl::Status& outcome) { OnFolder(outcome); }),
      engine_(catalog_, *metrics_->StatsOf("", ""), clock_,
              {.sampled = log_.get(),
               .incidents = &incidents_,
               .slow = ConfigDuration(config.incidents().slow())}),
      scheduler_(WorkerThreads(), kChunkItems),
      background_(WorkerThreads(), kChunkItems, ChunkScheduler::Priority::kBackground),
      admission_(config.limits().max_items_in_flight()),
      serving_{.engine = engine_,
               .scheduler = scheduler_,
               .background = background_,
               .admission = admission_,
               .max_batch_items = config.limits().max_batch_items()},
      predictor_(serving_, streams_),
      inference_(serving_, readiness_, repository_, config.repository().control_rpcs()) {
  if (log_ != nullptr) metrics_->WatchLog(*log_);
}

GrpcServer::Options ModelServer::ServerOptions(const v1::config::ModelServerConfig& config) {
  const absl::Duration max_age = ConfigDuration(config.connections().max_age());
  return {
      .listen = config.listen(),
      .services = {&predictor_, &inference_},
      .health_names = {"serin.v1.Predictor", "inference.GRPCInferenceService"},
      .max_message_bytes = static_cast<int>(config.limits().max_message_bytes()),
      .tls = {.certificate = config.tls().certificate(),
              .private_key = config.tls().private_key(),
              .ca = config.tls().client_ca()},
      .max_connection_age = max_age == absl::ZeroDuration() ? absl::InfiniteDuration() : max_age,
      .max_connection_age_grace = ConfigDuration(config.connections().max_age_grace())};
}

absl::Status ModelServer::LoadModels() {
  if (absl::Status status = repository_.RefreshAll(); !status.ok()) {
    return absl::InvalidArgumentError(status.message());
  }
  if (catalog_.Get()->models().empty()) {
    return absl::InvalidArgumentError(
        "repository: expected at least one selected model version with a model.yaml, got none");
  }
  return absl::OkStatus();
}

absl::Status ModelServer::Listen(const v1::config::ModelServerConfig& config) {
  SERIN_ASSIGN_OR_RETURN(server_, GrpcServer::Start(ServerOptions(config)));
  SERIN_ASSIGN_OR_RETURN(admin_, AdminEndpoint::Start(config.admin_listen(), metrics_, readiness_));
  readiness_.OnChange([this](bool ready) {
    server_->SetServing(ready);
    TellHealth();
  });
  TellReadiness();
  watcher_ = std::make_unique<RepositoryWatcher>(
      repository_, ConfigDuration(config.repository().poll_interval()));
  spdlog::info("ready: gRPC on {}, metrics and probes on port {}", server_->address(),
               admin_->port());
  return absl::OkStatus();
}

void ModelServer::OnFolder(const absl::Status& outcome) {
  load_metrics_.OnFolder(outcome.ok());
  if (outcome.ok()) {
    spdlog::info("the repository can be read again");
  } else {
    spdlog::error("the repository cannot be read, nothing is loaded or unloaded: {}",
                  std::string(outcome.message()));
  }
}

void ModelServer::OnLoad(const ModelVersionId& id, const absl::Status& outcome,
                         const ModelCatalog& catalog) {
  const bool serves = catalog.Find(id.model, id.version) != nullptr;
  load_metrics_.OnAttempt(id, outcome, serves);
  if (outcome.ok()) {
    spdlog::info("{} {} is loaded", id.model, id.version);
  } else if (absl::IsCancelled(outcome)) {
    spdlog::info("{} {} is unloaded", id.model, id.version);
  } else {
    spdlog::error("{} {} could not be loaded{}: {}", id.model, id.version,
                  serves ? " and goes on serving its former files" : "",
                  std::string(outcome.message()));
  }
  if (server_ == nullptr) return;
  TellReadiness();
  TellHealth();
}

void ModelServer::TellReadiness() {
  readiness_.Set("models", !catalog_.Get()->models().empty(), "none is loaded");
}

void ModelServer::TellHealth() {
  const bool ready = readiness_.ready();
  const std::shared_ptr<const ModelCatalog> catalog = catalog_.Get();
  for (const ModelRepository::Entry& entry : repository_.Index()) {
    if (entry.reason == ModelRepository::kNotSelected) continue;  // nobody asks for it
    const ModelVersionId& id = entry.id;
    server_->SetServing(id.model, ready && catalog->Find(id.model, "") != nullptr);
    server_->SetServing(HealthNameOf(id), ready && entry.reason.empty());
  }
}

void ModelServer::Reload() {
  watcher_->Poke();
  if (log_ != nullptr) log_->Reopen();
}

void ModelServer::Drain(absl::Duration delay, absl::Duration grace) {
  readiness_.Set("running", false, "draining");
  watcher_.reset();
  absl::SleepFor(delay);
  streams_.DrainAll();
  server_->Shutdown(grace);
}

}  // namespace serin::model_server
