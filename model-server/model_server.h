#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/concurrency/snapshot.h"
#include "common/lifecycle/readiness.h"
#include "common/rpc/grpc_server.h"
#include "common/telemetry/admin_endpoint.h"
#include "common/time/clock.h"
#include "model-server/grpc/predictor_service.h"
#include "model-server/grpc/repository_service.h"
#include "model-server/repository/model_repository.h"
#include "model-server/repository/repository_watcher.h"
#include "model-server/repository/version_loader.h"
#include "model-server/telemetry/incident_log.h"
#include "model-server/telemetry/json_prediction_log.h"
#include "model-server/telemetry/load_metrics.h"
#include "model-server/telemetry/prediction_metrics.h"
#include "serin/v1/config/model_server.pb.h"

namespace serin::model_server {

// The composition root: the models of a repository behind serin.v1.Predictor and the Open Inference
// Protocol, with probes and metrics.
class ModelServer {
 public:
  // Loads and warms every selected model, then listens and becomes ready.
  // Errors: INVALID_ARGUMENT with every fault of the models (also when there is none to serve);
  // UNAVAILABLE for an address in use.
  static absl::StatusOr<std::unique_ptr<ModelServer>> Start(
      const v1::config::ModelServerConfig& config);

  int port() const { return server_->port(); }
  int admin_port() const { return admin_->port(); }
  std::vector<ModelRepository::Entry> Index() const { return repository_.Index(); }

  // Looks at the repository soon, without waiting for the poll interval, and opens the request log
  // anew, for those who rotate it. Thread-safe.
  void Reload();

  // Stops being ready and goes on serving for `delay`, so that callers notice; then refuses new
  // calls, lets those in flight finish within `grace`, and returns when all is stopped.
  void Drain(absl::Duration delay, absl::Duration grace);

 private:
  ModelServer(const v1::config::ModelServerConfig& config, std::unique_ptr<JsonPredictionLog> log);

  GrpcServer::Options ServerOptions(const v1::config::ModelServerConfig& config);
  absl::Status LoadModels();
  absl::Status Listen(const v1::config::ModelServerConfig& config);
  void OnFolder(const absl::Status& outcome);
  void OnLoad(const ModelVersionId& id, const absl::Status& outcome, const ModelCatalog& catalog);
  void TellReadiness();
  void TellHealth();

  // In the order they need each other: later ones use earlier ones.
  RealClock clock_;
  Readiness readiness_;
  std::shared_ptr<PredictionMetrics> metrics_;
  LoadMetrics load_metrics_;
  std::unique_ptr<JsonPredictionLog> log_;  // null: off
  IncidentLog incidents_;
  Snapshot<ModelCatalog> catalog_;
  ManifestLoader loader_;
  ModelRepository repository_;
  PredictionEngine engine_;
  ChunkScheduler scheduler_;
  ChunkScheduler background_;  // gives what it has finished to scheduler_
  AdmissionControl admission_;
  ServingContext serving_;
  StreamRegistry streams_;
  PredictorService predictor_;
  RepositoryService inference_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<AdminEndpoint> admin_;
  std::unique_ptr<RepositoryWatcher> watcher_;
};

}  // namespace serin::model_server
