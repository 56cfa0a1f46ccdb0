#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "model-server/inference/model.h"

namespace serin::model_server {

// Loads a model of backend "vader" (path: its lexicon file) or "fasttext" (path: a file written by
// models/train).
//
// Errors: INVALID_ARGUMENT (unknown backend, malformed file), NOT_FOUND (no such file).
absl::StatusOr<std::shared_ptr<const Model>> LoadModel(const std::string& backend,
                                                       const std::string& path);

}  // namespace serin::model_server
