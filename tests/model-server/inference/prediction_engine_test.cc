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
using ::testing::IsEmpty;

class RecordingObserver final : public PredictionObserver {
 public:
  void OnPredicted(Label label, absl::Duration) override { labels.push_back(label); }
  void OnRefused(absl::StatusCode code) override { codes.push_back(code); }
  std::vector<Label> labels;
  std::vector<absl::StatusCode> codes;
};

class PredictionEngineTest : public ::testing::Test {
 protected:
  absl::StatusOr<Prediction> Predict(const Query& query) {
    return engine_.Predict(*engine_.catalog(), query);
  }

  FakeClock clock_;
  std::shared_ptr<RecordingObserver> observer_ = std::make_shared<RecordingObserver>();
  RecordingObserver unknown_;
  std::shared_ptr<FakeModel> model_ = std::make_shared<FakeModel>();
  Snapshot<ModelCatalog> catalog_{
      std::make_shared<const ModelCatalog>(std::vector<ModelCatalog::Entry>{
          std::make_shared<const ServedModel>(ServedModel{.name = "sentiment",
                                                          .version = "v1",
                                                          .max_text_bytes = 10,
                                                          .model = model_,
                                                          .observer = observer_})})};
  PredictionEngine engine_{catalog_, unknown_, clock_};
};

TEST_F(PredictionEngineTest, SaysWhoAnswered) {
  const auto prediction = Predict({.text = "good"});
  ASSERT_THAT(prediction, IsOk());
  EXPECT_EQ(prediction->by->version, "v1");
  EXPECT_THAT(Predict({.text = "bad", .model = "sentiment", .version = "v1"}), IsOk());
  EXPECT_THAT(observer_->labels, ElementsAre(Label::kPositive, Label::kNegative));
}

TEST_F(PredictionEngineTest, CountsAQueryForAnUnknownModelApart) {
  EXPECT_THAT(Predict({.text = "good", .model = "spam"}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("got \"spam\"")));
  EXPECT_EQ(model_->calls(), 0);
  EXPECT_THAT(unknown_.codes, ElementsAre(absl::StatusCode::kNotFound));
  EXPECT_THAT(observer_->codes, IsEmpty());
}

TEST_F(PredictionEngineTest, ABadTextNeverReachesTheModel) {
  EXPECT_THAT(Predict({.text = ""}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("text: expected")));
  EXPECT_THAT(Predict({.text = "12345678901"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most 10 bytes")));
  EXPECT_EQ(model_->calls(), 0);
}

TEST_F(PredictionEngineTest, PassesOnAndCountsTheModelsOwnError) {
  model_->FailWith(absl::InternalError("weights are gone"));
  EXPECT_THAT(Predict({.text = "good"}), StatusIs(absl::StatusCode::kInternal, "weights are gone"));
  EXPECT_THAT(observer_->codes, ElementsAre(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace serin::model_server
