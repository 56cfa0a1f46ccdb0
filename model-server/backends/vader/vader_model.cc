#include "model-server/backends/vader/vader_model.h"

namespace serin::model_server {
namespace {

constexpr double kLabelThreshold = 0.05;

Label LabelOf(double compound) {
  if (compound >= kLabelThreshold) return Label::kPositive;
  if (compound <= -kLabelThreshold) return Label::kNegative;
  return Label::kNeutral;
}

}  // namespace

absl::StatusOr<Sentiment> VaderModel::Score(std::string_view text) const {
  const VaderScores scores = scorer_.Score(text);
  return Sentiment{.neg = scores.neg,
                   .neu = scores.neu,
                   .pos = scores.pos,
                   .compound = scores.compound,
                   .label = LabelOf(scores.compound)};
}

}  // namespace serin::model_server
