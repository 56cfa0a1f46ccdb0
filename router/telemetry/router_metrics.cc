#include "router/telemetry/router_metrics.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "prometheus/metric_family.h"

namespace serin::router {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kNanosecond = 1e-9;

MetricFamily Family(std::string name, std::string help, MetricType type) {
  MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  return family;
}

void AddGauge(MetricFamily& family, Labels labels, double value) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = value;
}

void AddCounter(MetricFamily& family, Labels labels, uint64_t value) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.counter.value = static_cast<double>(value);
}

// The metric with these labels; routes that share them add up in it.
ClientMetric& FindOrAdd(MetricFamily& family, Labels labels) {
  for (ClientMetric& metric : family.metric) {
    if (metric.label == labels) return metric;
  }
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  return metric;
}

void AddHistogram(MetricFamily& family, Labels labels, const IntHistogram& histogram, double unit) {
  ClientMetric::Histogram& metric = FindOrAdd(family, std::move(labels)).histogram;
  const std::vector<int64_t>& bounds = histogram.bounds();
  metric.bucket.resize(bounds.size() + 1);
  uint64_t cumulative = 0;
  for (size_t i = 0; i <= bounds.size(); ++i) {
    cumulative += histogram.count(i);
    metric.bucket[i].cumulative_count += cumulative;
    metric.bucket[i].upper_bound = i < bounds.size() ? static_cast<double>(bounds[i]) * unit
                                                     : std::numeric_limits<double>::infinity();
  }
  metric.sample_count += cumulative;
  metric.sample_sum += static_cast<double>(histogram.sum()) * unit;
}

struct Families {
  MetricFamily requests =
      Family("serin_requests_total", "Predictions by the version they were assigned to.",
             MetricType::Counter);
  MetricFamily duration =
      Family("serin_request_duration_seconds",
             "From a prediction's arrival at the router to its answer.", MetricType::Histogram);
  MetricFamily weight =
      Family("serin_route_weight", "Share of a version in 1/10,000.", MetricType::Gauge);
  MetricFamily revision =
      Family("serin_route_revision", "Revision of the weights in force.", MetricType::Gauge);
  MetricFamily share =
      Family("serin_route_served_share",
             "Share of the answers under this revision, pinned ones left out.", MetricType::Gauge);
  MetricFamily fallback =
      Family("serin_fallback_total",
             "Predictions answered by another version than the assigned one.", MetricType::Counter);
  MetricFamily in_flight =
      Family("serin_upstream_in_flight", "Predictions sent to an endpoint and not answered.",
             MetricType::Gauge);
  MetricFamily ready =
      Family("serin_upstream_ready", "1 when an endpoint can be sent to.", MetricType::Gauge);
  MetricFamily ejected =
      Family("serin_upstream_ejected",
             "1 while an endpoint is left out because of its recent failures.", MetricType::Gauge);
  MetricFamily batch_items =
      Family("serin_upstream_batch_items", "Predictions in one message to a model server.",
             MetricType::Histogram);
  MetricFamily overhead =
      Family("serin_router_overhead_seconds",
             "From a prediction's arrival to its leaving in a message.", MetricType::Histogram);

  std::vector<MetricFamily> Take() {
    return {std::move(requests), std::move(duration),    std::move(weight),    std::move(revision),
            std::move(share),    std::move(fallback),    std::move(in_flight), std::move(ready),
            std::move(ejected),  std::move(batch_items), std::move(overhead)};
  }
};

void CollectRequests(const std::string& route, const std::string& version, VersionStats& stats,
                     MetricFamily& family) {
  for (int kind = 1; kind < kAssignmentKinds; ++kind) {
    for (int code = 0; code < kStatusCodes; ++code) {
      const auto assignment = static_cast<AssignmentKind>(kind);
      const auto status = static_cast<absl::StatusCode>(code);
      const uint64_t count = stats.requests(assignment, status).load(std::memory_order_relaxed);
      if (count == 0) continue;
      AddCounter(family,
                 {{"route", route},
                  {"version", version},
                  {"assignment", std::string(AssignmentName(assignment))},
                  {"code", absl::StatusCodeToString(status)}},
                 count);
    }
  }
}

void CollectVersion(const RouteView& view, size_t index, absl::Time now, Families& families) {
  const VersionSet& versions = view.revision->versions();
  const std::string& route = view.revision->record().route;
  const std::string& version = versions[index];
  VersionStats& stats = *view.versions[index].stats;
  const Labels labels = {{"route", route}, {"version", version}};
  CollectRequests(route, version, stats, families.requests);
  AddHistogram(families.duration, labels, stats.duration, kNanosecond);
  AddHistogram(families.batch_items, {{"version", version}}, stats.batch_items, 1);
  if (index != versions.stable()) {
    const std::string& stable = versions[versions.stable()];
    AddCounter(families.fallback, {{"route", route}, {"from", version}, {"to", stable}},
               stats.fallbacks.load(std::memory_order_relaxed));
  }
  for (const auto& endpoint : *view.versions[index].endpoints) {
    const Labels of_endpoint = {
        {"route", route}, {"version", version}, {"endpoint", endpoint->address()}};
    AddGauge(families.in_flight, of_endpoint, static_cast<double>(endpoint->in_flight()));
    AddGauge(families.ready, of_endpoint, endpoint->ready() ? 1 : 0);
    AddGauge(families.ejected, of_endpoint, endpoint->quality().ejected(now) ? 1 : 0);
  }
}

void CollectRevision(const ActiveRevision& active, Families& families) {
  const std::string& route = active.record().route;
  AddGauge(families.revision, {{"route", route}}, static_cast<double>(active.number()));
  const std::vector<uint32_t> slots = active.split().table().Counts(active.versions().size());
  uint64_t served = 0;
  for (size_t i = 0; i < slots.size(); ++i) served += active.served(i);
  for (size_t i = 0; i < slots.size(); ++i) {
    const Labels labels = {{"route", route}, {"version", active.versions()[i]}};
    AddGauge(families.weight, labels, slots[i]);
    const double of_version = static_cast<double>(active.served(i));
    AddGauge(families.share, labels, served == 0 ? 0 : of_version / static_cast<double>(served));
  }
}

void CollectConnections(const http2::ConnectionCounts& counts, std::vector<MetricFamily>& all) {
  AddGauge(all.emplace_back(Family("serin_connections_open", "Connections to the data port.",
                                   MetricType::Gauge)),
           {}, static_cast<double>(counts.open.load(std::memory_order_relaxed)));
  MetricFamily& refused = all.emplace_back(
      Family("serin_connections_refused_total",
             "Connections to the data port that were not taken (limit, descriptors) or cut off "
             "(silent, stalled, flood).",
             MetricType::Counter));
  for (const auto& [reason, count] :
       {std::pair("limit", &counts.over_limit), std::pair("descriptors", &counts.exhausted),
        std::pair("silent", &counts.silent), std::pair("stalled", &counts.stalled),
        std::pair("flood", &counts.flooded)}) {
    AddCounter(refused, {{"reason", reason}}, count->load(std::memory_order_relaxed));
  }
}

}  // namespace

std::vector<prometheus::MetricFamily> RouterMetrics::Collect() const {
  Families families;
  for (const auto& backends : *routes_.load()) {
    const std::shared_ptr<const RouteView> view = backends->view();
    CollectRevision(*view->revision, families);
    AddHistogram(families.overhead, {}, backends->stats.overhead, kNanosecond);
    for (size_t i = 0; i < view->versions.size(); ++i) {
      CollectVersion(*view, i, clock_.Now(), families);
    }
  }
  std::vector<MetricFamily> all = prometheus::Registry::Collect();
  for (MetricFamily& family : families.Take()) all.push_back(std::move(family));
  CollectConnections(connections_, all);
  if (const LineFile* const access_log = access_log_; access_log != nullptr) {
    MetricFamily& dropped = all.emplace_back(
        Family("serin_access_log_dropped_total",
               "Lines of the access log that were lost because the disk was too slow or full.",
               MetricType::Counter));
    AddCounter(dropped, {}, access_log->dropped());
  }
  return all;
}

}  // namespace serin::router
