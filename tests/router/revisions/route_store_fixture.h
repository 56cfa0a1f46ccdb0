#pragma once

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "router/revisions/route_store.h"
#include "tests/router/revisions/fake_revision_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace serin::router {

// A store of one route, 80/20, on a log that can fail.
class RouteStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<RouteStore> Open() {
    auto store = RouteStore::Create({spec_}, log_, clock_);
    EXPECT_THAT(store, testing::IsOk());
    return *std::move(store);
  }

  static WeightChange Change(uint32_t first, uint32_t second) {
    return {.route = "sentiment", .weights = {{"v1", first}, {"v2", second}}, .actor = "ann"};
  }

  static std::string Slots(const RouteStore& store) {
    return store.routes().front()->active()->record().slots;
  }

  static bool AllReady(const Route&, std::string_view) { return true; }

  RouteSpec spec_{.name = "sentiment",
                  .stable_version = "v1",
                  .versions = {"v1", "v2"},
                  .weights = {{"v1", 80}, {"v2", 20}}};
  FakeRevisionLog log_;
  testing::FakeClock clock_;
};

}  // namespace serin::router
