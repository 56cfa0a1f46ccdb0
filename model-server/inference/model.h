#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace serin::model_server {

enum class Label { kNegative, kNeutral, kPositive };

// "negative", "neutral", "positive": the spelling of metrics labels and records.
constexpr std::string_view LabelName(Label label) {
  switch (label) {
    case Label::kNegative:
      return "negative";
    case Label::kNeutral:
      return "neutral";
    case Label::kPositive:
      return "positive";
  }
  return "";
}

// What a model says of one text. neg, neu and pos are in [0, 1]; compound is in [-1, 1].
struct Sentiment {
  double neg = 0;
  double neu = 0;
  double pos = 0;
  double compound = 0;
  Label label = Label::kNeutral;
};

// The port between serving and a model's own code: one loaded, immutable version of a model.
//
// Thread-safety: Score() is called from many threads at once and must not block or lock.
class Model {
 public:
  virtual ~Model() = default;

  // Scores one text. The caller guarantees valid UTF-8, at least one byte and no NUL; everything
  // else is the model's to handle. An error concerns this text alone.
  virtual absl::StatusOr<Sentiment> Score(std::string_view text) const = 0;

  // Scores several, one outcome a text. For a backend that a batch costs less than its texts one by
  // one; it is asked so when model.yaml has `batching`. May block.
  virtual void ScoreBatch(absl::Span<const std::string_view> texts,
                          absl::Span<absl::StatusOr<Sentiment>> outcomes) const {
    for (size_t i = 0; i < texts.size(); ++i) outcomes[i] = Score(texts[i]);
  }
};

}  // namespace serin::model_server
