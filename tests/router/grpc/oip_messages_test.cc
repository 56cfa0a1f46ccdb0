#include "router/grpc/oip_messages.h"

#include <cstring>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::inference::ModelInferResponse;
using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

ModelInferResponse::InferOutputTensor& Add(ModelInferResponse& response, const std::string& name,
                                           const std::string& datatype) {
  auto& output = *response.add_outputs();
  output.set_name(name);
  output.set_datatype(datatype);
  return output;
}

void AddNumbers(ModelInferResponse& response, const std::string& name,
                std::initializer_list<double> values) {
  auto& contents = *Add(response, name, "FP64").mutable_contents();
  for (const double value : values) contents.add_fp64_contents(value);
}

void AddLabels(ModelInferResponse& response, std::initializer_list<const char*> labels) {
  auto& contents = *Add(response, "label", "BYTES").mutable_contents();
  for (const char* const label : labels) contents.add_bytes_contents(label);
}

TEST(OipMessagesTest, TheTextsOfAMessageAreOneTensor) {
  const std::vector<std::string> texts = {"one", "", "three"};
  const auto request = InferRequest("sentiment", "2", texts);
  EXPECT_EQ(request.model_name(), "sentiment");
  EXPECT_EQ(request.model_version(), "2");
  ASSERT_EQ(request.inputs_size(), 1);
  EXPECT_EQ(request.inputs(0).name(), "text");
  EXPECT_EQ(request.inputs(0).datatype(), "BYTES");
  EXPECT_EQ(request.inputs(0).shape(0), 3);
  EXPECT_EQ(request.inputs(0).contents().bytes_contents(2), "three");
}

TEST(OipMessagesTest, AllThreeOutputsAreTakenAsTheyAre) {
  ModelInferResponse response;
  AddNumbers(response, "scores", {0.1, 0.2, 0.7, 0.5, 0.5, 0});
  AddNumbers(response, "compound", {0.9, -0.4});
  AddLabels(response, {"positive", "NEGATIVE"});
  const auto outcomes = OutcomesOf(response, 2);
  ASSERT_THAT(outcomes[0], IsOk());
  EXPECT_EQ(outcomes[0]->pos, 0.7);
  EXPECT_EQ(outcomes[0]->compound, 0.9);
  EXPECT_EQ(outcomes[0]->label, Label::kPositive);
  EXPECT_EQ(outcomes[1]->neg, 0.5);
  EXPECT_EQ(outcomes[1]->label, Label::kNegative);
}

TEST(OipMessagesTest, RawOutputsOfSinglePrecisionAreTakenToo) {
  ModelInferResponse response;
  Add(response, "compound", "FP32");
  Add(response, "label", "BYTES");
  const float value = 0.5F;
  std::string raw(sizeof(value), 0);
  std::memcpy(raw.data(), &value, sizeof(value));
  response.add_raw_output_contents(raw);
  response.add_raw_output_contents(std::string("\x07\0\0\0neutral", 11));
  const auto outcomes = OutcomesOf(response, 1);
  ASSERT_THAT(outcomes[0], IsOk());
  EXPECT_EQ(outcomes[0]->compound, 0.5);
  EXPECT_EQ(outcomes[0]->label, Label::kNeutral);
}

TEST(OipMessagesTest, WhatAModelLeavesOutIsDerived) {
  ModelInferResponse compound;
  AddNumbers(compound, "compound", {-0.6, 0.04});
  EXPECT_EQ(OutcomesOf(compound, 2)[0]->label, Label::kNegative);
  EXPECT_EQ(OutcomesOf(compound, 2)[0]->neg, 0.6);
  EXPECT_EQ(OutcomesOf(compound, 2)[0]->neu, 0.4);
  EXPECT_EQ(OutcomesOf(compound, 2)[1]->label, Label::kNeutral);
  ModelInferResponse scores;
  AddNumbers(scores, "scores", {0.25, 0, 0.75});
  EXPECT_EQ(OutcomesOf(scores, 1)[0]->compound, 0.5);
  EXPECT_EQ(OutcomesOf(scores, 1)[0]->label, Label::kPositive);
  ModelInferResponse label;
  AddLabels(label, {"negative"});
  EXPECT_EQ(OutcomesOf(label, 1)[0]->compound, -1);
  EXPECT_EQ(OutcomesOf(label, 1)[0]->neg, 1);
}

TEST(OipMessagesTest, AnAnswerThatIsNoneOfOursFailsEveryTextAndSaysWhy) {
  const auto expect_all = [](const ModelInferResponse& response, const std::string& why) {
    for (const Outcome& outcome : OutcomesOf(response, 2)) {
      EXPECT_THAT(outcome, StatusIs(absl::StatusCode::kInternal, HasSubstr(why)));
    }
  };
  ModelInferResponse response;
  AddNumbers(response, "other", {1, 2});
  expect_all(response, "none of the outputs");
  AddNumbers(response, "compound", {1});
  expect_all(response, "output compound: expected 2 elements");
  response.Clear();
  Add(response, "compound", "INT64");
  expect_all(response, "got datatype INT64");
  response.Clear();
  Add(response, "label", "BYTES");
  response.add_raw_output_contents(std::string("\xff\xff\xff\xff", 4));
  expect_all(response, "output label");
}

TEST(OipMessagesTest, ALabelThatIsNoneFailsItsTextAlone) {
  ModelInferResponse response;
  AddLabels(response, {"positive", "LABEL_2"});
  EXPECT_THAT(OutcomesOf(response, 2)[0], IsOk());
  EXPECT_THAT(OutcomesOf(response, 2)[1],
              StatusIs(absl::StatusCode::kInternal, HasSubstr("got \"LABEL_2\"")));
}

}  // namespace
}  // namespace serin::router
