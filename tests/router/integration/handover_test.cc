#include <gtest/gtest.h>

#include <vector>

#include "tests/router/integration/load.h"
#include "tests/router/integration/router_fixture.h"

namespace serin::router {
namespace {

constexpr absl::Duration kAge = absl::Milliseconds(100);

// Model servers whose connections reach their age all the time.
class HandoverTest : public RouterTest {
 protected:
  void StartWithAge(absl::Duration grace) {
    for (testing::FakePredictor* const server : {&v1_, &v2_}) {
      server->SetConnectionAge(kAge, grace);
      server->Restart();
    }
    StartRouter();
  }

  // Loads the router until every version has had so many more streams.
  void LoadOverStreams(uint64_t streams, Load& load) {
    const uint64_t first = v1_.streams() + streams;
    const uint64_t second = v2_.streams() + streams;
    EXPECT_TRUE(WaitFor([&] { return v1_.streams() >= first && v2_.streams() >= second; }));
    load.Stop();
  }

  std::vector<std::shared_ptr<v1::Predictor::Stub>> Stubs(int count) {
    std::vector<std::shared_ptr<v1::Predictor::Stub>> stubs;
    for (int i = 0; i < count; ++i) stubs.push_back(NewStub());
    return stubs;
  }
};

TEST_F(HandoverTest, AnUpstreamConnectionOfItsAgeIsFollowedByANewOneAndNoCallNotices) {
  StartWithAge(absl::Seconds(10));
  Load load(Stubs(4), [](v1::Predictor::Stub& stub) { return Call(stub, Text("fine")); });
  LoadOverStreams(20, load);
  EXPECT_EQ(load.failed(), 0);
  EXPECT_GT(load.ok(), 200);
  EXPECT_EQ(load.ok(), load.of_kind(v1::BLOCK)) << "no fallback and no spill either";
}

TEST_F(HandoverTest, WhatIsOnItsWayWhenTheServerAsksToEndIsStillAnswered) {
  v1_.SetDelay(absl::Milliseconds(60));
  v2_.SetDelay(absl::Milliseconds(60));
  StartWithAge(absl::Seconds(10));
  Load load(Stubs(8), [](v1::Predictor::Stub& stub) { return Call(stub, Text("fine")); });
  LoadOverStreams(10, load);
  EXPECT_EQ(load.failed(), 0);
  EXPECT_EQ(load.ok(), load.of_kind(v1::BLOCK));
}

}  // namespace
}  // namespace serin::router
