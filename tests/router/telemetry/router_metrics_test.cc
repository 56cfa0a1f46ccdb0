#include "router/telemetry/router_metrics.h"

#include <set>

#include "common/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/revisions/route_store.h"
#include "tests/router/revisions/fake_revision_log.h"

namespace serin::router {
namespace {

TEST(RouterMetricsTest, RoutesWithVersionsOfTheSameNameNeverMakeASeriesTwice) {
  FakeRevisionLog log;
  const RealClock clock;
  const auto spec = [](const char* name) {
    return RouteSpec{
        .name = name, .stable_version = "v1", .versions = {"v1", "v2"}, .weights = {{"v1", 1}}};
  };
  const auto store = RouteStore::Create({spec("sentiment"), spec("toxicity")}, log, clock);
  ASSERT_TRUE(store.ok()) << store.status();
  RouteBackendsList routes;
  for (const auto& route : (*store)->routes()) {
    routes.push_back(std::make_unique<RouteBackends>(*route, absl::UnixEpoch()));
    routes.back()->Version("v1").stats->batch_items.Observe(3);
    routes.back()->stats.overhead.Observe(2'000);
  }
  const http2::ConnectionCounts connections;
  RouterMetrics metrics(connections, clock);
  metrics.WatchRoutes(routes);
  int histograms_checked = 0;
  for (const prometheus::MetricFamily& family : metrics.Collect()) {
    std::set<std::string> seen;
    for (const prometheus::ClientMetric& metric : family.metric) {
      std::string labels;
      for (const auto& label : metric.label) labels += label.name + "=" + label.value + ";";
      EXPECT_TRUE(seen.insert(labels).second) << family.name << " " << labels;
      const bool batches_of_v1 =
          family.name == "serin_upstream_batch_items" && metric.label.front().value == "v1";
      if (batches_of_v1 || family.name == "serin_router_overhead_seconds") {
        EXPECT_EQ(metric.histogram.sample_count, 2u);
        EXPECT_DOUBLE_EQ(metric.histogram.sample_sum, batches_of_v1 ? 6 : 4e-6);
        ++histograms_checked;
      }
    }
  }
  EXPECT_EQ(histograms_checked, 2);
}

}  // namespace
}  // namespace serin::router
