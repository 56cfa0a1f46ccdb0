#include "common/oip/text_tensors.h"

#include <cstring>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::oip {
namespace {

using ::inference::ModelInferRequest;
using ::inference::ModelInferResponse;
using ::serin::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

ModelInferRequest Typed(std::vector<std::string> texts) {
  ModelInferRequest request;
  auto* input = request.add_inputs();
  input->set_name("text");
  input->set_datatype("BYTES");
  input->add_shape(static_cast<int64_t>(texts.size()));
  for (auto& text : texts) input->mutable_contents()->add_bytes_contents(text);
  return request;
}

ModelInferRequest Raw(const std::string& content, int64_t elements) {
  ModelInferRequest request;
  auto* input = request.add_inputs();
  input->set_name("text");
  input->set_datatype("BYTES");
  input->add_shape(elements);
  request.add_raw_input_contents(content);
  return request;
}

std::string Prefixed(const std::string& text) {
  const auto length = static_cast<uint32_t>(text.size());
  return std::string(reinterpret_cast<const char*>(&length), 4) + text;
}

TEST(ReadTextsTest, ReadsTypedAndRawContentsAlike) {
  EXPECT_THAT(*ReadTexts(Typed({"a", "", "c"})), ElementsAre("a", "", "c"));
  EXPECT_THAT(*ReadTexts(Raw(Prefixed("a") + Prefixed("") + Prefixed("c"), 3)),
              ElementsAre("a", "", "c"));
}

TEST(ReadTextsTest, AcceptsTheShapesThatClientsSendForAColumn) {
  ModelInferRequest request = Typed({"a", "b"});
  request.mutable_inputs(0)->add_shape(1);
  EXPECT_THAT(*ReadTexts(request), ElementsAre("a", "b"));
  request.mutable_inputs(0)->set_shape(0, 1);
  request.mutable_inputs(0)->set_shape(1, 2);
  EXPECT_THAT(*ReadTexts(request), ElementsAre("a", "b"));
}

TEST(ReadTextsTest, RefusesAShapeThatIsNotTheData) {
  ModelInferRequest request = Typed({"a", "b"});
  request.mutable_inputs(0)->set_shape(0, 3);
  EXPECT_THAT(ReadTexts(request),
              StatusIs(kInvalid, "tensor text: expected 3 elements as its shape says, got 2"));
  request.mutable_inputs(0)->set_shape(0, -1);
  EXPECT_THAT(ReadTexts(request), StatusIs(kInvalid, HasSubstr("tensor text: expected shape [N]")));
  request.mutable_inputs(0)->clear_shape();
  EXPECT_THAT(ReadTexts(request), StatusIs(kInvalid, HasSubstr("got []")));
}

TEST(ReadTextsTest, RefusesAWrongInput) {
  ModelInferRequest request = Typed({"a"});
  request.mutable_inputs(0)->set_datatype("FP32");
  EXPECT_THAT(ReadTexts(request),
              StatusIs(kInvalid, "tensor text: expected datatype BYTES, got \"FP32\""));
  request.mutable_inputs(0)->set_name("image");
  EXPECT_THAT(ReadTexts(request), StatusIs(kInvalid, HasSubstr("got 1 named image")));
  request.add_inputs();
  EXPECT_THAT(ReadTexts(request), StatusIs(kInvalid, HasSubstr("got 2 inputs")));
}

TEST(ReadTextsTest, RefusesBothRawAndTyped) {
  ModelInferRequest request = Typed({"a"});
  request.add_raw_input_contents(Prefixed("a"));
  EXPECT_THAT(ReadTexts(request),
              StatusIs(kInvalid, "tensor text: expected contents or raw_input_contents, got both"));
}

TEST(ReadTextsTest, RefusesRawContentsThatAreCutOff) {
  EXPECT_THAT(ReadTexts(Raw("\x01\x00", 1)),
              StatusIs(kInvalid, HasSubstr("expected a 4-byte length at byte 0")));
  EXPECT_THAT(ReadTexts(Raw(Prefixed("abc").substr(0, 6), 1)),
              StatusIs(kInvalid, HasSubstr("expected 3 bytes of text 0 at byte 4")));
  EXPECT_THAT(ReadTexts(Raw(std::string("\xff\xff\xff\xff", 4), 1)),
              StatusIs(kInvalid, HasSubstr("expected 4294967295 bytes")));
}

TEST(ReadTextsTest, RefusesUnknownAndRepeatedOutputs) {
  ModelInferRequest request = Typed({"a"});
  request.add_outputs()->set_name("mood");
  EXPECT_THAT(ReadTexts(request), StatusIs(kInvalid, HasSubstr("tensor mood: expected an output")));
  request.mutable_outputs(0)->set_name("label");
  request.add_outputs()->set_name("label");
  EXPECT_THAT(ReadTexts(request), StatusIs(kInvalid, HasSubstr("got it twice")));
}

TEST(WriteScoresTest, AnswersTypedRequestsTypedAndInTheirOrder) {
  ModelInferRequest request = Typed({"a", "b"});
  request.set_id("7");
  request.add_outputs()->set_name("scores");
  request.add_outputs()->set_name("label");
  ModelInferResponse response;
  WriteScores(request,
              {{"positive", 0.5, 0, 0.25, 0.75}, {.label = "negative", .compound = -0.5, .neg = 1}},
              response);
  EXPECT_EQ(response.id(), "7");
  ASSERT_EQ(response.outputs_size(), 2);
  EXPECT_EQ(response.outputs(0).name(), "scores");
  EXPECT_THAT(response.outputs(0).shape(), ElementsAre(2, 3));
  EXPECT_THAT(response.outputs(0).contents().fp64_contents(), ElementsAre(0, 0.25, 0.75, 1, 0, 0));
  EXPECT_THAT(response.outputs(1).contents().bytes_contents(), ElementsAre("positive", "negative"));
  EXPECT_EQ(response.raw_output_contents_size(), 0);
}

TEST(WriteScoresTest, AnswersRawRequestsRawWithAllOutputs) {
  ModelInferResponse response;
  WriteScores(Raw(Prefixed("a"), 1), {{"neutral", 0.5, 0, 1, 0}}, response);
  ASSERT_EQ(response.outputs_size(), 3);
  ASSERT_EQ(response.raw_output_contents_size(), 3);
  EXPECT_EQ(response.raw_output_contents(0), Prefixed("neutral"));
  double compound = 0;
  ASSERT_EQ(response.raw_output_contents(1).size(), sizeof(compound));
  std::memcpy(&compound, response.raw_output_contents(1).data(), sizeof(compound));
  EXPECT_EQ(compound, 0.5);
  EXPECT_EQ(response.raw_output_contents(2).size(), 3 * sizeof(double));
  EXPECT_FALSE(response.outputs(0).has_contents());
}

}  // namespace
}  // namespace serin::oip
