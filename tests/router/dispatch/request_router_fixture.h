#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

#include "router/dispatch/request_router.h"
#include "router/revisions/route_store.h"
#include "tests/router/dispatch/fake_upstream.h"
#include "tests/router/revisions/fake_revision_log.h"
#include "tests/support/fake_clock.h"

namespace serin::router {

// One route, v1 (stable) with endpoints a and b, v2 with endpoints c and d, half and half.
class RequestRouterTest : public ::testing::Test {
 protected:
  RequestRouterTest() {
    auto store = RouteStore::Create({{.name = "sentiment",
                                      .stable_version = "v1",
                                      .versions = {"v1", "v2"},
                                      .weights = {{"v1", 1}, {"v2", 1}}}},
                                    log_, clock_);
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    routes_.push_back(std::make_unique<RouteBackends>(*store_->routes().front(), clock_.Now()));
    for (size_t i = 0; i < 4; ++i) {
      upstreams_[i] =
          std::make_shared<FakeUpstream>(std::string(1, static_cast<char>('a' + i)), clock_);
    }
    routes_[0]->SetEndpoints("v1", {upstreams_[0], upstreams_[1]});
    routes_[0]->SetEndpoints("v2", {upstreams_[2], upstreams_[3]});
  }

  RoutedItem& Ask(std::string_view version = "") {
    TestCall& call = calls_.emplace_back(1);
    call.items[0].model_version = version;
    router_.Start(call);
    return call.items[0];
  }

  FakeRevisionLog log_;
  testing::FakeClock clock_;
  std::unique_ptr<RouteStore> store_;
  RouteBackendsList routes_;
  std::shared_ptr<FakeUpstream> upstreams_[4];
  RequestRouter router_{routes_, clock_, 100};
  std::deque<TestCall> calls_;
};

}  // namespace serin::router
