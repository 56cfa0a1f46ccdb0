#include "model-server/telemetry/load_metrics.h"

namespace serin::model_server {

LoadMetrics::LoadMetrics(prometheus::Registry& registry)
    : attempts_(prometheus::BuildCounter()
                    .Name("serin_model_loads_total")
                    .Help("Attempts to load a version, by gRPC code; CANCELLED: it was unloaded.")
                    .Register(registry)),
      loaded_(prometheus::BuildGauge()
                  .Name("serin_model_loaded")
                  .Help("1 while the version serves, else 0.")
                  .Register(registry)),
      folder_(prometheus::BuildGauge()
                  .Name("serin_model_repository_up")
                  .Help("1 while the repository folder can be read.")
                  .Register(registry)
                  .Add({})) {
  OnFolder(true);
}

void LoadMetrics::OnAttempt(const ModelVersionId& id, const absl::Status& outcome, bool loaded) {
  const prometheus::Labels labels = {{"model", id.model}, {"version", id.version}};
  loaded_.Add(labels).Set(loaded ? 1 : 0);
  prometheus::Labels with_code = labels;
  with_code["code"] = absl::StatusCodeToString(outcome.code());
  attempts_.Add(with_code).Increment();
}

}  // namespace serin::model_server
