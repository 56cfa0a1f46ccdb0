#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include "absl/status/status.h"
#include "model-server/repository/repository_view.h"

namespace serin::model_server {

// serin_model_loads_total{model,version,code}, serin_model_loaded{model,version} and
// serin_model_repository_up. Thread-safe.
class LoadMetrics {
 public:
  explicit LoadMetrics(prometheus::Registry& registry);

  // Whether the repository folder could be looked at.
  void OnFolder(bool seen) { folder_.Set(seen ? 1 : 0); }

  // `loaded`: whether any files of the version serve now, old or new.
  void OnAttempt(const ModelVersionId& id, const absl::Status& outcome, bool loaded);

 private:
  prometheus::Family<prometheus::Counter>& attempts_;
  prometheus::Family<prometheus::Gauge>& loaded_;
  prometheus::Gauge& folder_;
};

}  // namespace serin::model_server
