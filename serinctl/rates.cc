#include "serinctl/rates.h"

#include <vector>

namespace serin::serinctl {
namespace {

double Quantile(const v1::Traffic& traffic, const std::vector<double>& counts, double q) {
  double total = 0;
  for (const double count : counts) total += count;
  double below = 0;
  double lower = 0;
  for (int i = 0; i < traffic.bounds_seconds_size() && total > 0; ++i) {
    const double count = counts[static_cast<size_t>(i)];
    const double upper = traffic.bounds_seconds(i);
    if (count > 0 && below + count >= q * total) {
      return lower + (upper - lower) * (q * total - below) / count;
    }
    below += count;
    lower = upper;
  }
  return lower * (total > 0 ? 1 : 0);
}

Rates Between(const v1::Traffic& before, const v1::Traffic& after, double seconds) {
  const bool restarted = after.requests() < before.requests();
  const auto gained = [restarted](uint64_t from, uint64_t to) {
    return static_cast<double>(restarted ? to : to - from);
  };
  std::vector<double> counts;
  for (int i = 0; i < after.counts_size(); ++i) {
    counts.push_back(gained(i < before.counts_size() ? before.counts(i) : 0, after.counts(i)));
  }
  return {.requests_per_second = gained(before.requests(), after.requests()) / seconds,
          .errors_per_second = gained(before.errors(), after.errors()) / seconds,
          .p50 = Quantile(after, counts, 0.5),
          .p99 = Quantile(after, counts, 0.99)};
}

}  // namespace

std::map<std::string, Rates> RatesBetween(const v1::Route& before, const v1::Route& after,
                                          absl::Duration apart) {
  std::map<std::string, v1::Traffic> former;
  for (const v1::Version& version : before.versions()) former[version.name()] = version.traffic();
  std::map<std::string, Rates> rates;
  for (const v1::Version& version : after.versions()) {
    rates[version.name()] =
        Between(former[version.name()], version.traffic(), absl::ToDoubleSeconds(apart));
  }
  return rates;
}

}  // namespace serin::serinctl
