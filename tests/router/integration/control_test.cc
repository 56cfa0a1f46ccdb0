#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/router/integration/router_fixture.h"

namespace serin::router {
namespace {

using ::testing::HasSubstr;

TEST_F(RouterTest, SetWeightsChangesTheNextAnswersAndSurvivesARestart) {
  StartRouter();
  v1::SetWeightsResponse response;
  ASSERT_TRUE(SetWeights(0, 1, &response, 1).ok());
  EXPECT_EQ(response.route().revision(), 2u);
  EXPECT_EQ(response.moved_share(), 0.8);
  for (int i = 0; i < 20; ++i) {
    const Answer answer = Predict(Text("fine"));
    EXPECT_EQ(answer.response.model_version(), "v2");
    EXPECT_EQ(answer.response.route_revision(), 2u);
  }
  StartRouter();
  const v1::Route route = GetRoute();
  EXPECT_EQ(route.revision(), 2u);
  EXPECT_EQ(route.drift().config_weights().at("v1"), 80u);
  EXPECT_THAT(route.drift().summary(), HasSubstr("revision 2 says v1=0 v2=1"));
  EXPECT_EQ(Predict(Text("fine", "some key")).response.model_version(), "v2");
}

TEST_F(RouterTest, SetWeightsRefusesWhatIsWrongAndChangesNothing) {
  StartRouter();
  v1::SetWeightsResponse response;
  EXPECT_EQ(SetWeights(0, 0, &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const grpc::Status stale = SetWeights(50, 50, &response, 9);
  EXPECT_EQ(stale.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(stale.error_message(), HasSubstr("at revision 1"));
  v2_.Kill();
  ASSERT_TRUE(WaitFor([this] { return ReadyEndpoints() == 1; }));
  const grpc::Status dead = SetWeights(50, 50, &response);
  EXPECT_EQ(dead.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(dead.error_message(), HasSubstr("v2"));
  EXPECT_EQ(GetRoute().revision(), 1u);
}

TEST_F(RouterTest, RevisionsTellWhoAndWhy) {
  StartRouter();
  v1::SetWeightsResponse response;
  ASSERT_TRUE(SetWeights(70, 30, &response).ok());
  grpc::ClientContext context;
  v1::ListRevisionsResponse history;
  ASSERT_TRUE(admin_->ListRevisions(&context, v1::ListRevisionsRequest(), &history).ok());
  ASSERT_EQ(history.revisions_size(), 2);
  EXPECT_EQ(history.revisions(0).revision(), 2u);
  EXPECT_EQ(history.revisions(0).reason(), "a test");
  EXPECT_THAT(history.revisions(0).actor(), HasSubstr("127.0.0.1"));
  EXPECT_EQ(history.revisions(1).actor(), "config");
}

TEST_F(RouterTest, AWatcherSeesEveryChange) {
  StartRouter();
  grpc::ClientContext context;
  const auto watch = admin_->WatchRoute(&context, v1::WatchRouteRequest());
  v1::Route route;
  ASSERT_TRUE(watch->Read(&route));
  EXPECT_EQ(route.revision(), 1u);
  v1::SetWeightsResponse response;
  ASSERT_TRUE(SetWeights(70, 30, &response).ok());
  ASSERT_TRUE(watch->Read(&route));
  EXPECT_EQ(route.revision(), 2u);
  EXPECT_EQ(route.weights().at("v2"), 30u);
  context.TryCancel();
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(RouterTest, AnUnknownRouteIsNotFound) {
  StartRouter();
  grpc::ClientContext context;
  v1::GetRouteRequest request;
  request.set_route("nope");
  v1::Route route;
  const grpc::Status status = admin_->GetRoute(&context, request, &route);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("sentiment"));
}

class RouterWithoutLogTest : public RouterTest {
 protected:
  std::string ConfigText() const override {
    std::string text = RouterTest::ConfigText();
    const size_t log = text.find("revision_log: {path");
    return text.replace(log, text.find('}', log) - log, "revision_log: {memory: true");
  }
};

TEST_F(RouterWithoutLogTest, WeightsAndTheirHistoryLastUntilTheRouterEnds) {
  StartRouter();
  v1::SetWeightsResponse response;
  ASSERT_TRUE(SetWeights(0, 1, &response, 1).ok());
  EXPECT_EQ(GetRoute().revision(), 2u);
  EXPECT_EQ(Predict(Text("fine")).response.model_version(), "v2");
  grpc::ClientContext context;
  v1::ListRevisionsResponse history;
  ASSERT_TRUE(admin_->ListRevisions(&context, v1::ListRevisionsRequest(), &history).ok());
  EXPECT_EQ(history.revisions_size(), 2);
  StartRouter();
  EXPECT_EQ(GetRoute().revision(), 1u);
  EXPECT_EQ(GetRoute().weights().at("v1"), 80u);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "revisions.log"));
}

}  // namespace
}  // namespace serin::router
