#include "stream-client/stream_metrics.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace serin::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// Partition -> lag, as it would be scraped.
std::map<std::string, double> Lags(const prometheus::Registry& registry) {
  std::map<std::string, double> lags;
  for (const prometheus::MetricFamily& family : registry.Collect()) {
    if (family.name != "serin_stream_lag_records") continue;
    for (const prometheus::ClientMetric& metric : family.metric) {
      for (const auto& label : metric.label) {
        if (label.name == "partition") lags[label.value] = metric.gauge.value;
      }
    }
  }
  return lags;
}

// Else a group's sum would count the partition twice, the first time with a number that is stale.
TEST(StreamMetricsTest, TheLagOfAPartitionThatHasGoneToAnotherClientIsNoLongerReported) {
  prometheus::Registry registry;
  StreamMetrics metrics(registry);
  metrics.SetLags({{{"in", 0}, 5}, {{"in", 1}, 7}});
  EXPECT_THAT(Lags(registry), ElementsAre(Pair("0", 5), Pair("1", 7)));
  metrics.SetLags({{{"in", 1}, 6}});
  EXPECT_THAT(Lags(registry), ElementsAre(Pair("1", 6)));
  metrics.SetLags({});
  EXPECT_THAT(Lags(registry), IsEmpty());
  metrics.SetLags({{{"in", 0}, 1}});
  EXPECT_THAT(Lags(registry), ElementsAre(Pair("0", 1)));
}

}  // namespace
}  // namespace serin::stream
