#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "model-server/repository/load_plan.h"
#include "serin/v1/config/model_server.pb.h"

namespace serin::model_server {

// LoadConfig, then what spans keys: each model once, with one way to choose its versions.
// Error: INVALID_ARGUMENT with every fault.
absl::StatusOr<v1::config::ModelServerConfig> LoadModelServerConfig(const std::string& path);

// What a checked config selects of a repository.
Selection SelectionOf(const v1::config::RepositoryConfig& repository);

}  // namespace serin::model_server
