// What the router writes, against protobuf's own writing.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "router/dispatch/route_backends.h"
#include "router/revisions/route_store.h"
#include "router/wire/predictor_codec.h"
#include "serin/v1/predictor.pb.h"
#include "tests/router/revisions/fake_revision_log.h"
#include "tests/support/fake_clock.h"

namespace serin::router {
namespace {

class AnswerCodecTest : public ::testing::Test {
 protected:
  RoutedItem& Answered(RoutedItem& item, const Outcome& outcome, const std::string& request_id) {
    item.route = &backends_;
    item.revision = view_->revision.get();
    item.assigned = item.answered = 1;
    item.kind = AssignmentKind::kKey;
    item.outcome = outcome;
    item.request_id = request_id;
    return item;
  }
  v1::PredictResponse Expected(const Sentiment& sentiment, const std::string& request_id) const {
    v1::PredictResponse response;
    response.mutable_sentiment()->set_neg(sentiment.neg);
    response.mutable_sentiment()->set_neu(sentiment.neu);
    response.mutable_sentiment()->set_pos(sentiment.pos);
    response.mutable_sentiment()->set_compound(sentiment.compound);
    response.mutable_sentiment()->set_label(static_cast<v1::Label>(sentiment.label));
    response.set_model("sentiment");
    response.set_model_version("v2");
    response.set_route_revision(view_->revision->number());
    response.set_assignment(v1::KEY);
    if (!request_id.empty()) response.set_request_id(request_id);
    return response;
  }

  testing::FakeClock clock_;
  FakeRevisionLog log_;
  std::unique_ptr<RouteStore> store_ = *RouteStore::Create({{.name = "sentiment",
                                                             .stable_version = "v1",
                                                             .versions = {"v1", "v2"},
                                                             .weights = {{"v1", 80}, {"v2", 20}}}},
                                                           log_, clock_);
  RouteBackends backends_{*store_->routes()[0], clock_.Now()};
  std::shared_ptr<const RouteView> view_ = backends_.view();
  const Sentiment sentiment_{
      .neg = 0, .neu = 0.248, .pos = 0.752, .compound = 0.8439, .label = Label::kPositive};
};

TEST_F(AnswerCodecTest, WritesAResponseByteForByteAsProtobufDoes) {
  for (const std::string& id : {std::string(), std::string("r-1"), std::string(300, 'x')}) {
    RoutedItem item;
    std::string written = "before";
    AppendResponse(Answered(item, sentiment_, id), written);
    EXPECT_EQ(written, "before" + Expected(sentiment_, id).SerializeAsString());
  }
}

TEST_F(AnswerCodecTest, WritesABatchOfAnswersAndErrorsByteForByteAsProtobufDoes) {
  const std::vector<std::string> ids = {"", "a", std::string(200, 'y')};
  std::vector<RoutedItem> items(6);
  v1::PredictBatchResponse expected;
  expected.set_batch_id(1 << 20);
  for (size_t i = 0; i < items.size(); ++i) {
    if (i % 3 == 2) {
      const std::string why(i * 60, '\xFF');
      Answered(items[i], absl::InvalidArgumentError(why), "ignored");
      expected.add_results()->mutable_error()->set_code(3);
      expected.mutable_results(static_cast<int>(i))->mutable_error()->set_message(why);
    } else {
      Answered(items[i], sentiment_, ids[i % 3]);
      *expected.add_results()->mutable_response() = Expected(sentiment_, ids[i % 3]);
    }
  }
  std::string written;
  AppendBatchResponse(1 << 20, items, written);
  EXPECT_EQ(written, expected.SerializeAsString());
}

TEST_F(AnswerCodecTest, WritesARefusalByteForByteAsProtobufDoes) {
  v1::PredictBatchResponse expected;
  expected.set_batch_id(9);
  expected.mutable_error()->set_code(8);
  expected.mutable_error()->set_message("too many");
  std::string written;
  AppendBatchError(9, absl::ResourceExhaustedError("too many"), written);
  EXPECT_EQ(written, expected.SerializeAsString());
}

TEST(RequestCodecTest, WritesARequestToAModelServerByteForByteAsProtobufDoes) {
  const std::vector<std::string> texts = {"", "fine", std::string(70'000, '\xFE')};
  std::vector<RoutedItem> items(texts.size());
  std::vector<Item*> pointers;
  v1::PredictBatchRequest expected;
  expected.set_batch_id(300);
  for (size_t i = 0; i < texts.size(); ++i) {
    items[i].text = texts[i];
    expected.add_items()->set_text(texts[i]);
    if (i == 1) {
      items[i].traceparent = "00-0af7-b7ad-01";
      expected.mutable_items(1)->set_traceparent("00-0af7-b7ad-01");
    }
    pointers.push_back(&items[i]);
  }
  std::string written;
  AppendBatchRequest(300, pointers, written);
  EXPECT_EQ(written, expected.SerializeAsString());
}

}  // namespace
}  // namespace serin::router
