#include "model-server/inference/prediction_engine.h"

#include <vector>

#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_model.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::FakeClock;
using ::serin::testing::FakeModel;
using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RecordingObserver final : public PredictionObserver {
 public:
  void OnPredicted(Label label, absl::Duration) override { labels.push_back(label); }
  void OnRefused(absl::StatusCode code) override { codes.push_back(code); }
  std::vector<Label> labels;
  std::vector<absl::StatusCode> codes;
};

class PredictionEngineTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  RecordingObserver observer_;
  std::shared_ptr<FakeModel> model_ = std::make_shared<FakeModel>();
  PredictionEngine engine_{{"sentiment", "v1", model_}, 100, observer_, clock_};
};

TEST_F(PredictionEngineTest, AnswersWithoutOrWithItsOwnNameAndVersion) {
  EXPECT_THAT(engine_.Predict({.text = "good"}), IsOk());
  EXPECT_THAT(engine_.Predict({.text = "bad", .model = "sentiment", .version = "v1"}), IsOk());
  EXPECT_THAT(observer_.labels, ElementsAre(Label::kPositive, Label::kNegative));
}

TEST_F(PredictionEngineTest, NamesWhatItServesWhenAskedForAnother) {
  EXPECT_THAT(engine_.Predict({.text = "good", .model = "spam"}),
              StatusIs(absl::StatusCode::kNotFound, "model: expected \"sentiment\", got \"spam\""));
  EXPECT_THAT(
      engine_.Predict({.text = "good", .version = "v9"}),
      StatusIs(absl::StatusCode::kNotFound, "model_version: expected \"v1\" or none, got \"v9\""));
  EXPECT_EQ(model_->calls(), 0);
  EXPECT_THAT(observer_.codes,
              ElementsAre(absl::StatusCode::kNotFound, absl::StatusCode::kNotFound));
}

TEST_F(PredictionEngineTest, ABadTextNeverReachesTheModel) {
  EXPECT_THAT(engine_.Predict({.text = ""}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("text: expected")));
  EXPECT_EQ(model_->calls(), 0);
}

TEST_F(PredictionEngineTest, PassesOnAndCountsTheModelsOwnError) {
  model_->FailWith(absl::InternalError("weights are gone"));
  EXPECT_THAT(engine_.Predict({.text = "good"}),
              StatusIs(absl::StatusCode::kInternal, "weights are gone"));
  EXPECT_THAT(observer_.codes, ElementsAre(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace serin::model_server
