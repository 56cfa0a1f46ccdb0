#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model-server/inference/model.h"

namespace serin::models {

// One text of a corpus with the label people gave it.
struct LabelledText {
  std::string domain;  // amazon, movies, nyt, tweets; labelled-tweets for the second corpus
  model_server::Label label;
  std::string text;
};

// Whether a text is kept for testing, which holds for one fifth of all: it depends on nothing but
// the text, so that one that stands in both corpora or twice stays on one side.
bool IsForTesting(std::string_view text);

// Reads a table written by models/fetch_data. The third field is a label's name, or a mean rating,
// which is positive from 0.5 up, negative from -0.5 down, else neutral.
//
// Errors: NOT_FOUND, or INVALID_ARGUMENT naming the file and the line.
absl::StatusOr<std::vector<LabelledText>> ReadCorpus(const std::string& path);

}  // namespace serin::models
