#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "model-server/inference/model.h"
#include "model-server/inference/model_content.h"

namespace serin::model_server {

// A fastText classifier (Joulin et al. 2016, "Bag of Tricks for Efficient Text Classification")
// over TextFeatures, and beside it two logistic regressions, over n-grams of the same line and of
// the text's characters, whose probabilities are averaged: neg, neu and pos are the weighted mean
// class probabilities and add up to 1, compound is pos - neg, the label is the most probable class
// (of equal ones the first of negative, neutral, positive).
//
// A text without any known word is judged by what else the line holds: VADER's view of it and the
// end of line, which every training text had too. Any text gets an answer.
class FastTextModel final : public Model {
 public:
  // Of a model file written by models/train (see model_file.h).
  //
  // Error, naming the file: INVALID_ARGUMENT if it is no model file or its labels are not exactly
  // negative, neutral and positive.
  static absl::StatusOr<std::unique_ptr<FastTextModel>> Create(const FileContent& file);

  // The same, from a file. Error besides: NOT_FOUND if it cannot be read.
  static absl::StatusOr<std::unique_ptr<FastTextModel>> Load(const std::string& path);

  ~FastTextModel() override;

  absl::StatusOr<Sentiment> Score(std::string_view text) const override;

 private:
  struct Loaded;
  explicit FastTextModel(std::unique_ptr<const Loaded> loaded);

  std::unique_ptr<const Loaded> loaded_;
};

}  // namespace serin::model_server
