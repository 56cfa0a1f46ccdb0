#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/time/clock.h"
#include "model-server/inference/served_model.h"
#include "model-server/repository/repository_view.h"

namespace serin::model_server {

// The port between a repository and how a version becomes a served model.
class VersionLoader {
 public:
  virtual ~VersionLoader() = default;

  // Reads, verifies and warms the version in `folder`. Slow; called on a thread that serves
  // nothing. Errors tell every fault at once.
  virtual absl::StatusOr<std::shared_ptr<const ServedModel>> Load(const ModelVersionId& id,
                                                                  const std::string& folder) = 0;
};

// Loads a version as its model.yaml says: files verified by digest, model built by its backend,
// warm-up requests scored. Thread-safe.
class ManifestLoader final : public VersionLoader {
 public:
  // Gives the counters of a version.
  using StatsOf = std::function<std::shared_ptr<PredictionStats>(const ModelVersionId&)>;

  // `clock` must outlive what is loaded.
  ManifestLoader(StatsOf stats_of, const Clock& clock);

  // Errors: INVALID_ARGUMENT (model.yaml, with every fault; a backend's refusal), NOT_FOUND or
  // DATA_LOSS (a file is missing or has another digest), FAILED_PRECONDITION (a warm-up request
  // was answered otherwise than model.yaml says).
  absl::StatusOr<std::shared_ptr<const ServedModel>> Load(const ModelVersionId& id,
                                                          const std::string& folder) override;

 private:
  const StatsOf stats_of_;
  const Clock& clock_;
};

}  // namespace serin::model_server
