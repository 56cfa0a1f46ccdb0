#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/lifecycle/readiness.h"
#include "common/rpc/grpc_server.h"
#include "common/telemetry/admin_endpoint.h"
#include "common/time/clock.h"
#include "model-server/batching/chunk_scheduler.h"
#include "model-server/grpc/predictor_service.h"
#include "model-server/inference/prediction_engine.h"
#include "model-server/telemetry/prediction_metrics.h"
#include "serin/v1/config/model_server.pb.h"

namespace serin::model_server {

// The composition root: one model behind serin.v1.Predictor, with probes and metrics.
class ModelServer {
 public:
  // Loads and warms the model, then listens and becomes ready.
  // Errors: those of LoadModel; UNAVAILABLE for an address in use.
  static absl::StatusOr<std::unique_ptr<ModelServer>> Start(
      const v1::config::ModelServerConfig& config);

  int port() const { return server_->port(); }
  int admin_port() const { return admin_->port(); }

  // Stops being ready, lets calls in flight finish within `grace`, and returns when all is stopped.
  void Drain(absl::Duration grace);

 private:
  ModelServer(const v1::config::ModelServerConfig& config, std::shared_ptr<const Model> model);

  absl::Status Listen(const v1::config::ModelServerConfig& config);

  // In the order they need each other: later ones use earlier ones.
  RealClock clock_;
  Readiness readiness_;
  std::shared_ptr<prometheus::Registry> registry_;
  PredictionMetrics metrics_;
  PredictionEngine engine_;
  ChunkScheduler scheduler_;
  PredictorService predictor_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<AdminEndpoint> admin_;
};

}  // namespace serin::model_server
