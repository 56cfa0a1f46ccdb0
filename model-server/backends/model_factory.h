#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "model-server/inference/model.h"

namespace serin::model_server {

// Loads a model of backend "vader" (path: its lexicon file, or the folder that holds
// vader_lexicon.txt) or "fasttext" (path: a trained model file).
//
// Errors: INVALID_ARGUMENT (unknown backend, malformed file), NOT_FOUND (no such file).
absl::StatusOr<std::shared_ptr<const Model>> LoadModel(const std::string& backend,
                                                       const std::string& path);

// Scores a few texts, so that the first request finds caches and pages warm. Fails when the model
// answers any of them with an error.
absl::Status WarmUp(const Model& model);

}  // namespace serin::model_server
