#pragma once

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model-server/inference/model.h"
#include "models/corpus.h"

namespace serin::models {

// How the labels of a model compare with people's. Rows and columns are negative, neutral,
// positive.
struct ConfusionMatrix {
  std::array<std::array<size_t, 3>, 3> counts{};  // [people's label][model's label]

  size_t Total() const;
  size_t Correct() const;
  double Accuracy() const;  // 0 without texts
};

// Over all the texts; one the model fails on is a CHECK failure, since none may.
ConfusionMatrix Evaluate(const model_server::Model& model, const std::vector<LabelledText>& texts);

// The texts of a corpus that no model was trained on. Errors: ReadCorpus's.
absl::StatusOr<std::vector<LabelledText>> TestTexts(const std::string& path);

// A model's accuracy by domain and the confusion matrix over all of them, as Markdown.
std::string Report(const std::string& title, const model_server::Model& model,
                   const std::vector<LabelledText>& texts);

}  // namespace serin::models
