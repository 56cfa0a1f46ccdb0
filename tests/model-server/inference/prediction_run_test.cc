#include "model-server/inference/prediction_run.h"

#include <numeric>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::FakeClock;
using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::ElementsAre;

// Takes as many microseconds as the text has bytes; cannot score "fail".
class TimedModel final : public Model {
 public:
  explicit TimedModel(FakeClock& clock) : clock_(clock) {}
  absl::StatusOr<Sentiment> Score(std::string_view text) const override {
    clock_.Advance(absl::Microseconds(text.size()));
    if (text == "fail") return absl::InternalError("no answer");
    return Sentiment{.label = Label::kPositive};
  }

 private:
  FakeClock& clock_;
};

class PredictionRunTest : public ::testing::Test {
 protected:
  std::shared_ptr<const ServedModel> Serve(const std::string& version,
                                           std::shared_ptr<PredictionStats> stats) {
    return std::make_shared<const ServedModel>(
        ServedModel{.name = "sentiment",
                    .version = version,
                    .max_text_bytes = 100,
                    .model = std::make_shared<TimedModel>(clock_),
                    .stats = std::move(stats)});
  }

  FakeClock clock_;
  std::shared_ptr<PredictionStats> v1_ = std::make_shared<PredictionStats>();
  std::shared_ptr<PredictionStats> v2_ = std::make_shared<PredictionStats>();
  PredictionStats unknown_;
  Snapshot<ModelCatalog> catalog_{std::make_shared<const ModelCatalog>(
      std::vector<ModelCatalog::Entry>{Serve("v1", v1_), Serve("v2", v2_)})};
  PredictionEngine engine_{catalog_, unknown_, clock_, {}};
};

TEST_F(PredictionRunTest, TellsTheCountersWhenItEnds) {
  const auto catalog = engine_.catalog();
  {
    PredictionRun run(engine_, *catalog);
    for (int i = 0; i < 3; ++i) EXPECT_THAT(run.Predict({.text = "abc"}), IsOk());
  }
  const PredictionStats::Totals totals = v2_->Read();
  EXPECT_THAT(totals.predicted, ElementsAre(0, 0, 3));
  EXPECT_EQ(totals.buckets[2], 3u);  // 2 to 5 µs
  EXPECT_DOUBLE_EQ(totals.inference_seconds, 9e-6);
}

TEST_F(PredictionRunTest, ATextTakesFromTheEndOfTheOneBefore) {
  const auto catalog = engine_.catalog();
  {
    PredictionRun run(engine_, *catalog);
    clock_.Advance(absl::Seconds(1));  // before the first: nobody's
    EXPECT_THAT(run.Predict({.text = "a"}), IsOk());
    clock_.Advance(absl::Microseconds(2));
    EXPECT_THAT(run.Predict({.text = "a"}), IsOk());
  }
  EXPECT_DOUBLE_EQ(v2_->Read().inference_seconds, 4e-6);
}

TEST_F(PredictionRunTest, CountsEachTextForTheModelThatScoredIt) {
  const auto catalog = engine_.catalog();
  {
    PredictionRun run(engine_, *catalog);
    for (const char* version : {"v1", "v2", "v1", "v1"}) {
      EXPECT_THAT(run.Predict({.text = "a", .version = version}), IsOk());
    }
    EXPECT_THAT(run.Predict({.text = "a", .version = "v3"}),
                StatusIs(absl::StatusCode::kNotFound, ::testing::_));
    EXPECT_THAT(run.Predict({.text = "", .version = "v2"}),
                StatusIs(absl::StatusCode::kInvalidArgument, ::testing::_));
    EXPECT_THAT(run.Predict({.text = "fail", .version = "v2"}),
                StatusIs(absl::StatusCode::kInternal, "no answer"));
  }
  EXPECT_EQ(v1_->Read().predicted[2], 3u);
  EXPECT_EQ(v2_->Read().predicted[2], 1u);
  const auto refused = v2_->Read().refused;
  EXPECT_EQ(std::accumulate(refused.begin(), refused.end(), uint64_t{0}), 2u);
  EXPECT_EQ(unknown_.Read().refused[static_cast<size_t>(absl::StatusCode::kNotFound)], 1u);
}

}  // namespace
}  // namespace serin::model_server
