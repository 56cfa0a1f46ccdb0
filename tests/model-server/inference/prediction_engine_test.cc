#include "model-server/inference/prediction_engine.h"

#include <string>
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

// Keeps what it is told, of every query or of none.
class RecordingLog final : public PredictionLog {
 public:
  bool Samples() override { return samples; }
  void Write(const PredictionRecord& record) override {
    lines.push_back(std::string(record.request_id) + " " + std::string(record.model) + "/" +
                    std::string(record.version) + " " +
                    absl::StatusCodeToString(record.status.code()));
    trace_ids.emplace_back(record.trace_id);
  }
  bool samples = true;
  std::vector<std::string> lines;
  std::vector<std::string> trace_ids;
};

class PredictionEngineTest : public ::testing::Test {
 protected:
  absl::StatusOr<Prediction> Predict(const Query& query) {
    return engine_.Predict(*engine_.catalog(), query);
  }

  FakeClock clock_;
  uint64_t Refused(absl::StatusCode code) const {
    return stats_->Read().refused[static_cast<size_t>(code)];
  }

  std::shared_ptr<PredictionStats> stats_ = std::make_shared<PredictionStats>();
  PredictionStats unknown_;
  RecordingLog log_;
  RecordingLog incidents_;
  std::shared_ptr<FakeModel> model_ = std::make_shared<FakeModel>();
  Snapshot<ModelCatalog> catalog_{
      std::make_shared<const ModelCatalog>(std::vector<ModelCatalog::Entry>{
          std::make_shared<const ServedModel>(ServedModel{.name = "sentiment",
                                                          .version = "v1",
                                                          .max_text_bytes = 10,
                                                          .model = model_,
                                                          .stats = stats_})})};
  PredictionEngine engine_{catalog_,
                           unknown_,
                           clock_,
                           {.sampled = &log_, .incidents = &incidents_, .slow = absl::Seconds(1)}};
};

TEST_F(PredictionEngineTest, SaysWhoAnswered) {
  const auto prediction = Predict({.text = "good"});
  ASSERT_THAT(prediction, IsOk());
  EXPECT_EQ(prediction->by->version, "v1");
  EXPECT_THAT(Predict({.text = "bad", .model = "sentiment", .version = "v1"}), IsOk());
  EXPECT_THAT(stats_->Read().predicted, ElementsAre(1, 0, 1));
}

TEST_F(PredictionEngineTest, CountsAQueryForAnUnknownModelApart) {
  EXPECT_THAT(Predict({.text = "good", .model = "spam"}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("got \"spam\"")));
  EXPECT_EQ(model_->calls(), 0);
  EXPECT_EQ(unknown_.Read().refused[static_cast<size_t>(absl::StatusCode::kNotFound)], 1u);
  EXPECT_EQ(Refused(absl::StatusCode::kNotFound), 0u);
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
  EXPECT_EQ(Refused(absl::StatusCode::kInternal), 1u);
}

// A model that takes its time, by the clock of the test.
class SlowModel final : public Model {
 public:
  explicit SlowModel(FakeClock& clock) : clock_(clock) {}
  absl::StatusOr<Sentiment> Score(std::string_view) const override {
    clock_.Advance(absl::Seconds(1));
    return Sentiment{};
  }

 private:
  FakeClock& clock_;
};

TEST_F(PredictionEngineTest, OnlyQueriesThatFailedOrWereSlowAreIncidents) {
  const ServedModel slow{.name = "slow",
                         .version = "v1",
                         .max_text_bytes = 10,
                         .model = std::make_shared<SlowModel>(clock_),
                         .stats = stats_};
  catalog_.Set(std::make_shared<const ModelCatalog>(
      catalog_.Get()->With(std::make_shared<const ServedModel>(slow))));
  (void)Predict({.text = "good", .model = "sentiment", .request_id = "r1"});
  (void)Predict({.text = "", .model = "sentiment", .request_id = "r2"});
  (void)Predict({.text = "good", .model = "slow", .request_id = "r3"});
  (void)engine_.Refuse(*engine_.catalog(), {.text = "good", .model = "slow", .request_id = "r4"},
                       absl::DeadlineExceededError("too late"));
  EXPECT_THAT(incidents_.lines, ElementsAre("r2 sentiment/v1 INVALID_ARGUMENT", "r3 slow/v1 OK",
                                            "r4 slow/v1 DEADLINE_EXCEEDED"));
  EXPECT_EQ(Refused(absl::StatusCode::kDeadlineExceeded), 1u);
}

TEST_F(PredictionEngineTest, WhatIsRefusedTogetherIsCountedOneByOneAndLoggedOnce) {
  (void)engine_.Refuse(*engine_.catalog(), {.text = "good", .request_id = "r1"},
                       absl::ResourceExhaustedError("overload"), 1000);
  EXPECT_EQ(Refused(absl::StatusCode::kResourceExhausted), 1000u);
  EXPECT_THAT(incidents_.lines, ElementsAre("r1 sentiment/v1 RESOURCE_EXHAUSTED"));
}

TEST_F(PredictionEngineTest, ALongRequestIdIsLoggedUpToItsLastWholeCharacter) {
  const std::string fitting(255, 'r');
  (void)engine_.Refuse(*engine_.catalog(), {.text = "good", .request_id = fitting + "\xC3\xA9"},
                       absl::ResourceExhaustedError("overload"));
  EXPECT_THAT(incidents_.lines, ElementsAre(fitting + " sentiment/v1 RESOURCE_EXHAUSTED"));
}

TEST_F(PredictionEngineTest, AnItemsOwnTraceIdWinsOverItsCalls) {
  class Call final : public CallTrace {
    std::string_view trace_id() const override { return "call"; }
  };
  const Call call;
  (void)Predict({.text = "good", .call = &call});
  (void)Predict({.text = "good", .trace_id = "item", .call = &call});
  EXPECT_THAT(log_.trace_ids, ElementsAre("call", "item"));
}

TEST_F(PredictionEngineTest, LogsTheSampledQueriesWhateverTheirOutcome) {
  (void)Predict({.text = "good", .request_id = "r1"});
  (void)Predict({.text = "", .request_id = "r2"});
  (void)Predict({.text = "good", .model = "spam", .request_id = "r3"});
  log_.samples = false;
  (void)Predict({.text = "good", .request_id = "r4"});
  EXPECT_THAT(log_.lines, ElementsAre("r1 sentiment/v1 OK", "r2 sentiment/v1 INVALID_ARGUMENT",
                                      "r3 spam/ NOT_FOUND"));
}

}  // namespace
}  // namespace serin::model_server
