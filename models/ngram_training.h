#pragma once

#include <string>
#include <vector>

#include "model-server/backends/fasttext/ngram_classifier.h"
#include "model-server/inference/model.h"

namespace serin::models {

struct NgramExample {
  std::string text;
  model_server::Label label;
};

struct NgramSettings {
  int least_texts = 2;  // an n-gram must stand in
  int epochs = 8;
  double rate = 0.6;  // of the first step; falls to 0 in a line
};

// Stochastic gradient descent over the examples in their order: the same result on every run.
model_server::NgramClassifier TrainNgrams(model_server::NgramView view,
                                          const std::vector<NgramExample>& examples,
                                          const NgramSettings& settings);

}  // namespace serin::models
