#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "model-server/backends/vader/vader_scorer.h"
#include "model-server/inference/model.h"

namespace serin::model_server {

// VADER as a Model: positive from a compound of 0.05 up, negative from -0.05 down, else neutral,
// which is the rule of VADER's authors. Scoring never fails.
class VaderModel final : public Model {
 public:
  explicit VaderModel(VaderScorer scorer) : scorer_(std::move(scorer)) {}

  // NLTK's dialect. Reads the lexicon file (ParseLexicon's format).
  //
  // Errors: NOT_FOUND if the file cannot be read; INVALID_ARGUMENT naming the file and the line.
  static absl::StatusOr<std::unique_ptr<VaderModel>> Load(const std::string& lexicon_path);

  // vaderSentiment's dialect, which reads the emoji lexicon too (EmojiLexicon's format). Errors
  // likewise.
  static absl::StatusOr<std::unique_ptr<VaderModel>> LoadVaderSentiment(
      const std::string& lexicon_path, const std::string& emoji_path);

  absl::StatusOr<Sentiment> Score(std::string_view text) const override;

 private:
  VaderScorer scorer_;
};

}  // namespace serin::model_server
