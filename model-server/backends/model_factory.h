#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model-server/inference/model.h"
#include "model-server/inference/model_content.h"

namespace serin::model_server {

// What a model is made of.
struct ModelSpec {
  std::string backend;             // "vader" or "fasttext"
  std::string dialect;             // of "vader": "nltk" or "vadersentiment"; ignored by the other
  std::vector<FileContent> files;  // at least one
};

// Makes a model: "vader" from its lexicon, in the dialect "vadersentiment" followed by its emoji
// lexicon, "fasttext" from a file written by models/train. Further files are passed over.
//
// Error: INVALID_ARGUMENT (unknown backend or dialect, a file too few, malformed file).
absl::StatusOr<std::shared_ptr<const Model>> MakeModel(const ModelSpec& spec);

}  // namespace serin::model_server
