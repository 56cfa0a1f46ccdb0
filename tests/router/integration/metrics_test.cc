// The metrics that dashboards and alerts rely on, on a running router.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/raw_http.h"

namespace serin::router {
namespace {

// By family, "name{label,label}" without the samples' own parts of a histogram.
std::map<std::string, std::set<std::string>> LabelsOf(const std::string& text) {
  std::map<std::string, std::set<std::string>> found;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, "serin_")) continue;
    const size_t end = line.find_first_of("{ ");
    std::set<std::string> labels;
    if (line[end] == '{') {
      const size_t close = line.rfind('}');
      for (const absl::string_view label :
           absl::StrSplit(line.substr(end + 1, close - end - 1), ',')) {
        labels.emplace(label.substr(0, label.find('=')));
      }
    }
    found[std::string(line.substr(0, end))].insert(absl::StrJoin(labels, ","));
  }
  return found;
}

double ValueOf(const std::string& text, const std::string& series) {
  const size_t at = text.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
}

TEST_F(RouterTest, EveryMetricOfTheContractIsThereWithItsLabels) {
  StartRouter();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Predict(Text("fine")).status.ok());
  const std::string text = testing::HttpGet(router_->admin_port(), "/metrics");
  const std::map<std::string, std::set<std::string>> found = LabelsOf(text);
  const std::map<std::string, std::string> contract = {
      {"serin_requests_total", "assignment,code,route,version"},
      {"serin_request_duration_seconds_bucket", "le,route,version"},
      {"serin_request_duration_seconds_count", "route,version"},
      {"serin_route_weight", "route,version"},
      {"serin_route_revision", "route"},
      {"serin_route_served_share", "route,version"},
      {"serin_fallback_total", "from,route,to"},
      {"serin_upstream_in_flight", "endpoint,route,version"},
      {"serin_upstream_batch_items_bucket", "le,version"},
      {"serin_upstream_batch_items_count", "version"},
      {"serin_router_overhead_seconds_bucket", "le"},
      {"serin_router_overhead_seconds_count", ""},
      {"serin_build_info", "version"}};
  for (const auto& [name, labels] : contract) {
    const auto family = found.find(name);
    ASSERT_NE(family, found.end()) << name;
    EXPECT_EQ(family->second, std::set<std::string>{labels}) << name;
  }
  EXPECT_EQ(ValueOf(text, "serin_router_overhead_seconds_count"), 100);
  EXPECT_EQ(ValueOf(text, R"(serin_route_served_share{route="sentiment",version="v2"})"), 0.2);
  EXPECT_NE(text.find(R"(version="v1",le="5e-05"})"), std::string::npos)
      << "latency buckets start at 50 microseconds";
}

}  // namespace
}  // namespace serin::router
