#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>
#include <vector>

#include "tests/router/integration/router_fixture.h"

namespace serin::router {
namespace {

using ::testing::HasSubstr;

TEST_F(RouterTest, AnswersNameVersionRevisionAndAssignment) {
  StartRouter();
  v1::PredictRequest request = Text("fine", "", "v2");
  request.set_request_id("abc");
  const Answer answer = Predict(request);
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.response.model(), "sentiment");
  EXPECT_EQ(answer.response.model_version(), "v2");
  EXPECT_EQ(answer.response.sentiment().compound(), 0.2);
  EXPECT_EQ(answer.response.route_revision(), 1u);
  EXPECT_EQ(answer.response.assignment(), v1::PINNED);
  EXPECT_EQ(answer.response.request_id(), "abc");
  EXPECT_EQ(answer.metadata.find("serin-model-version")->second, "v2");
  EXPECT_EQ(answer.metadata.find("serin-route-revision")->second, "1");
  EXPECT_EQ(answer.metadata.find("serin-assignment")->second, "PINNED");
}

TEST_F(RouterTest, AThousandKeylessCallsFromEightThreadsSplitExactly) {
  StartRouter();
  std::vector<std::thread> threads;
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, stub = std::shared_ptr(NewStub())] {
      for (int i = 0; i < 125; ++i) {
        const Answer answer = Call(*stub, Text("fine"));
        EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
        EXPECT_EQ(answer.response.assignment(), v1::BLOCK);
        // The version named is the one that computed the answer.
        const bool is_first = answer.response.model_version() == "v1";
        EXPECT_EQ(answer.response.sentiment().compound(), is_first ? 0.1 : 0.2);
        ++(is_first ? first : second);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(first, 800);
  EXPECT_EQ(second, 200);
  const v1::Route route = GetRoute();
  EXPECT_EQ(route.versions(0).served_requests(), 800u);
  EXPECT_EQ(route.versions(1).served_share(), 0.2);
}

TEST_F(RouterTest, AKeySticksToItsVersionAndExplainAgrees) {
  StartRouter();
  std::map<std::string, int> versions;
  for (int i = 0; i < 200; ++i) {
    const std::string key = absl::StrCat("user-", i);
    const Answer answer = Predict(Text("fine", key));
    ++versions[answer.response.model_version()];
    EXPECT_EQ(answer.response.assignment(), v1::KEY);
    EXPECT_EQ(Predict(Text("again", key)).response.model_version(),
              answer.response.model_version());
    grpc::ClientContext context;
    v1::ExplainAssignmentRequest question;
    question.set_key(key);
    v1::ExplainAssignmentResponse why;
    ASSERT_TRUE(admin_->ExplainAssignment(&context, question, &why).ok());
    EXPECT_EQ(why.version(), answer.response.model_version());
  }
  EXPECT_GT(versions["v2"], 10);
  EXPECT_GT(versions["v1"], 100);
}

TEST_F(RouterTest, ABatchIsSplitPerItemAndMergedInOrder) {
  StartRouter();
  v1::PredictBatchRequest request;
  request.set_batch_id(7);
  for (int i = 0; i < 1000; ++i) {
    *request.add_items() = Text("fine");
    request.mutable_items(i)->set_request_id(absl::StrCat("r", i));
  }
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  ASSERT_TRUE(stub_->PredictBatch(&context, request, &response).ok());
  ASSERT_EQ(response.results_size(), 1000);
  EXPECT_EQ(response.batch_id(), 7u);
  int second = 0;
  for (int i = 0; i < 1000; ++i) {
    const v1::PredictResponse& one = response.results(i).response();
    EXPECT_EQ(one.request_id(), absl::StrCat("r", i));
    second += one.model_version() == "v2" ? 1 : 0;
  }
  EXPECT_EQ(second, 200);
}

TEST_F(RouterTest, ABadItemFailsAlone) {
  StartRouter();
  v1::PredictBatchRequest request;
  *request.add_items() = Text("fine");
  *request.add_items() = Text("");
  *request.add_items() = Text(std::string(100'001, 'x'));
  *request.add_items() = Text("fine", "", "v9");
  request.add_items()->set_text("fine");
  request.mutable_items(4)->set_model("toxicity");
  *request.add_items() = Text("\xff\xfe");
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  ASSERT_TRUE(stub_->PredictBatch(&context, request, &response).ok());
  ASSERT_EQ(response.results_size(), 6);
  EXPECT_TRUE(response.results(0).has_response());
  EXPECT_EQ(response.results(1).error().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(response.results(2).error().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(response.results(2).error().message(), HasSubstr("100000"));
  EXPECT_EQ(response.results(3).error().code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(response.results(3).error().message(), HasSubstr("v1, v2"));
  EXPECT_EQ(response.results(4).error().code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(response.results(4).error().message(), HasSubstr("sentiment"));
  EXPECT_TRUE(response.results(5).has_response()) << "the bytes reach the model server untouched";
}

TEST_F(RouterTest, ABatchOverTheLimitIsRefusedAsAWhole) {
  StartRouter();
  v1::PredictBatchRequest request;
  for (int i = 0; i < 2001; ++i) *request.add_items() = Text("fine");
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  const grpc::Status status = stub_->PredictBatch(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("2000"));
}

TEST_F(RouterTest, AnEmptyBatchIsAnswered) {
  StartRouter();
  grpc::ClientContext context;
  v1::PredictBatchResponse response;
  EXPECT_TRUE(stub_->PredictBatch(&context, v1::PredictBatchRequest(), &response).ok());
  EXPECT_EQ(response.results_size(), 0);
}

TEST_F(RouterTest, AStreamAnswersManyBatchesInFlightByTheirIds) {
  StartRouter();
  grpc::ClientContext context;
  const auto stream = stub_->PredictStream(&context);
  constexpr int kBatches = 200;
  std::thread writer([&] {
    for (int id = 0; id < kBatches; ++id) {
      v1::PredictBatchRequest request;
      request.set_batch_id(static_cast<uint64_t>(id));
      for (int i = 0; i < id % 7; ++i) *request.add_items() = Text(i % 2 == 0 ? "fine" : "");
      if (id == 50) {
        for (int i = 0; i < 2001; ++i) *request.add_items() = Text("fine");
      }
      EXPECT_TRUE(stream->Write(request));
    }
    stream->WritesDone();
  });
  std::map<uint64_t, v1::PredictBatchResponse> answers;
  v1::PredictBatchResponse response;
  while (stream->Read(&response)) answers[response.batch_id()] = response;
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(answers.size(), static_cast<size_t>(kBatches));
  EXPECT_EQ(answers[50].error().code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  for (const auto& [id, answer] : answers) {
    if (id == 50) continue;
    ASSERT_EQ(answer.results_size(), static_cast<int>(id % 7));
    for (int i = 0; i < answer.results_size(); ++i) {
      EXPECT_EQ(answer.results(i).has_response(), i % 2 == 0);
    }
  }
}

}  // namespace
}  // namespace serin::router
