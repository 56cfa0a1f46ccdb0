#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "model-server/backends/vader/vader_scorer.h"
#include "model-server/inference/model.h"
#include "model-server/inference/model_content.h"

namespace serin::model_server {

// VADER as a Model: positive from a compound of 0.05 up, negative from -0.05 down, else neutral,
// which is the rule of VADER's authors. Scoring never fails.
class VaderModel final : public Model {
 public:
  explicit VaderModel(VaderScorer scorer) : scorer_(std::move(scorer)) {}

  // NLTK's dialect, of a lexicon file (ParseLexicon's format).
  //
  // Error: INVALID_ARGUMENT naming the file and the line.
  static absl::StatusOr<std::unique_ptr<VaderModel>> Create(const FileContent& lexicon);

  // vaderSentiment's dialect, which has an emoji lexicon too (EmojiLexicon's format). Errors
  // likewise.
  static absl::StatusOr<std::unique_ptr<VaderModel>> CreateVaderSentiment(
      const FileContent& lexicon, const FileContent& emojis);

  // The same, from files. Error besides: NOT_FOUND if one cannot be read.
  static absl::StatusOr<std::unique_ptr<VaderModel>> Load(const std::string& lexicon_path);
  static absl::StatusOr<std::unique_ptr<VaderModel>> LoadVaderSentiment(
      const std::string& lexicon_path, const std::string& emoji_path);

  absl::StatusOr<Sentiment> Score(std::string_view text) const override;

 private:
  VaderScorer scorer_;
};

}  // namespace serin::model_server
