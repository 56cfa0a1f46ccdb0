#include "models/ngram_training.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace serin::models {
namespace {

using model_server::AppendNgrams;
using model_server::NgramClassifier;

// Inverse document frequencies as scikit-learn smooths them.
void SetFrequencies(const std::vector<NgramExample>& examples, int least_texts,
                    NgramClassifier& classifier) {
  std::vector<int> texts_with(classifier.buckets().size(), 0);
  std::vector<uint32_t> found;
  for (const NgramExample& example : examples) {
    found.clear();
    AppendNgrams(classifier.view(), example.text, found);
    for (uint32_t& hash : found) hash = NgramClassifier::BucketOf(hash);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    for (uint32_t bucket : found) ++texts_with[bucket];
  }
  const double texts = 1.0 + static_cast<double>(examples.size());
  for (size_t i = 0; i < texts_with.size(); ++i) {
    if (texts_with[i] < least_texts) continue;
    classifier.buckets()[i].idf = static_cast<float>(1 + std::log(texts / (1.0 + texts_with[i])));
  }
}

void Step(const std::vector<uint32_t>& buckets, size_t label, double rate,
          NgramClassifier& classifier) {
  std::array<double, NgramClassifier::kClasses> slope = classifier.Probabilities(buckets);
  slope[label] -= 1;
  const double norm = classifier.Norm(buckets);
  for (size_t k = 0; k < slope.size(); ++k) {
    classifier.biases()[k] -= static_cast<float>(rate * slope[k] * 0.1);
    const double share = rate * slope[k] / norm;
    for (uint32_t bucket : buckets) {
      NgramClassifier::Bucket& known = classifier.buckets()[bucket];
      known.weights[k] -= static_cast<float>(share * known.idf);
    }
  }
}

}  // namespace

NgramClassifier TrainNgrams(model_server::NgramView view, const std::vector<NgramExample>& examples,
                            const NgramSettings& settings) {
  NgramClassifier classifier(view);
  SetFrequencies(examples, settings.least_texts, classifier);
  std::vector<std::vector<uint32_t>> buckets;
  for (const NgramExample& example : examples)
    buckets.push_back(classifier.BucketsOf(example.text));
  const auto steps = static_cast<double>(settings.epochs * examples.size());
  double done = 0;
  for (int epoch = 0; epoch < settings.epochs; ++epoch) {
    for (size_t i = 0; i < examples.size(); ++i, ++done) {
      const double rate = settings.rate * (1 - done / steps);
      Step(buckets[i], static_cast<size_t>(examples[i].label), rate, classifier);
    }
  }
  return classifier;
}

}  // namespace serin::models
