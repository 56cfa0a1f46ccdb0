// serin-bench-control: what changing weights costs, against a running router, and how fast a long
// revision log loads.
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/hashing/stable_hash.h"
#include "router/revisions/file_revision_log.h"
#include "router/revisions/revision_json.h"
#include "serin/v1/canary_admin.grpc.pb.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin {
namespace {

// Calls a second of the data path.
constexpr double kTraffic = 500;

struct Target {
  std::unique_ptr<v1::Predictor::Stub> predictor;
  std::unique_ptr<v1::CanaryAdmin::Stub> admin;
};

double Quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values.at(static_cast<size_t>(q * static_cast<double>(values.size() - 1)));
}

double Milliseconds(absl::Time since) { return absl::ToDoubleMilliseconds(absl::Now() - since); }

v1::PredictResponse Predict(const Target& target) {
  grpc::ClientContext context;
  v1::PredictRequest request;
  request.set_text("VADER is smart, handsome, and funny!");
  v1::PredictResponse response;
  const grpc::Status status = target.predictor->Predict(&context, request, &response);
  if (!status.ok()) throw std::runtime_error(status.error_message());
  return response;
}

uint64_t SetWeights(const Target& target, uint32_t first) {
  grpc::ClientContext context;
  v1::SetWeightsRequest request;
  (*request.mutable_weights())["v1"] = first;
  (*request.mutable_weights())["v2"] = 50;
  v1::SetWeightsResponse response;
  const grpc::Status status = target.admin->SetWeights(&context, request, &response);
  if (!status.ok()) throw std::runtime_error(status.error_message());
  return response.route().revision();
}

// From the call of SetWeights to the first answer under its revision.
void MeasureEffect(const Target& target, int changes) {
  std::vector<double> times;
  for (int i = 0; i < changes; ++i) {
    const absl::Time start = absl::Now();
    const uint64_t revision = SetWeights(target, i % 2 == 0 ? 40 : 60);
    while (Predict(target).route_revision() < revision) {
    }
    times.push_back(Milliseconds(start));
  }
  std::printf("SetWeights to first answer, %d changes: p50 %.2f ms, p99 %.2f ms\n", changes,
              Quantile(times, 0.5), Quantile(times, 0.99));
}

std::vector<double> Traffic(const Target& target, double per_second, double seconds) {
  std::vector<double> times;
  const absl::Time start = absl::Now();
  for (int i = 0; i < static_cast<int>(per_second * seconds); ++i) {
    absl::SleepFor(start + absl::Seconds(i / per_second) - absl::Now());
    const absl::Time sent = absl::Now();
    Predict(target);
    times.push_back(Milliseconds(sent));
  }
  return times;
}

void GetRoute(const Target& target) {
  grpc::ClientContext context;
  v1::Route route;
  const grpc::Status status = target.admin->GetRoute(&context, v1::GetRouteRequest(), &route);
  if (!status.ok()) throw std::runtime_error(status.error_message());
}

// Traffic while `call` is made so many times a second; 0: not at all.
std::vector<double> TrafficBeside(const Target& target, double seconds, double calls_per_second,
                                  const std::function<void()>& call) {
  std::atomic<bool> stop{calls_per_second == 0};
  std::thread caller([&] {
    for (absl::Time next = absl::Now(); !stop;) {
      call();
      next += absl::Seconds(1 / calls_per_second);
      absl::SleepFor(next - absl::Now());
    }
  });
  std::vector<double> times = Traffic(target, kTraffic, seconds);
  stop = true;
  caller.join();
  return times;
}

// The data path alone, beside changes, and beside as many calls that only look; in turns, so that
// the machine's noise hits all alike. What a look costs the data path is the price of sharing the
// processors, the rest that of a change.
void MeasureInterference(const Target& target, double per_second, double seconds) {
  constexpr int kTurns = 5;
  int changes = 0;
  const auto change = [&] { SetWeights(target, changes++ % 2 == 0 ? 40 : 60); };
  const auto look = [&] { GetRoute(target); };
  struct Row {
    const char* name;
    double rate;
    std::function<void()> call;
    std::vector<double> times;
  };
  std::vector<Row> rows = {{"alone", 0, look, {}},
                           {"beside GetRoute", per_second, look, {}},
                           {"beside SetWeights", per_second, change, {}}};
  for (int turn = 0; turn < kTurns; ++turn) {
    for (Row& row : rows) {
      const auto times = TrafficBeside(target, seconds / kTurns, row.rate, row.call);
      row.times.insert(row.times.end(), times.begin(), times.end());
    }
  }
  const double alone = Quantile(rows[0].times, 0.99);
  for (const Row& row : rows) {
    const double p99 = Quantile(row.times, 0.99);
    std::printf("%.0f calls/s for %.0f s %s (%.0f/s): p50 %.2f ms, p99 %.2f ms, %.2f of alone\n",
                kTraffic, seconds, row.name, row.rate, Quantile(row.times, 0.5), p99, p99 / alone);
  }
}

void MeasureLoad(int revisions) {
  const std::string path =
      (std::filesystem::temp_directory_path() / absl::StrFormat("serin-bench-%d.log", getpid()))
          .string();
  {
    std::ofstream file(path, std::ios::binary);
    for (int i = 1; i <= revisions; ++i) {
      const std::string json = router::RevisionToJson({.route = "sentiment",
                                                       .number = static_cast<uint64_t>(i),
                                                       .weights = {{"v1", 80}, {"v2", 20}},
                                                       .slots = "v1:0-7999,v2:8000-9999",
                                                       .created_at = absl::Now(),
                                                       .actor = "ann",
                                                       .reason = "v2 looks good",
                                                       .peer = "ipv4:127.0.0.1:40110"});
      file << absl::StrFormat("%016x %s\n", StableHash(json), json);
    }
  }
  const absl::Time start = absl::Now();
  const std::clock_t cpu_start = std::clock();
  const auto log = router::FileRevisionLog::Open(path);
  const size_t loaded = log.ok() ? (*log)->ReadAll()->size() : 0;
  const double cpu = 1e3 * static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  std::printf("a log of %zu revisions: loaded %.1f ms, CPU %.1f ms\n", loaded, Milliseconds(start),
              cpu);
  std::filesystem::remove(path);
}

Target Connect(const std::string& router, const std::string& admin) {
  const auto credentials = grpc::InsecureChannelCredentials();
  return {.predictor = v1::Predictor::NewStub(grpc::CreateChannel(router, credentials)),
          .admin = v1::CanaryAdmin::NewStub(grpc::CreateChannel(admin, credentials))};
}

}  // namespace
}  // namespace serin

int main(int argc, char** argv) {
  CLI::App app("Measures the control plane of a running router; changes its weights.");
  std::string router = "127.0.0.1:50050";
  std::string admin = "127.0.0.1:50060";
  int changes = 1000;
  double rate = 200;
  double seconds = 10;
  std::vector<int> revisions = {1, 100, 10'000, 100'000};
  app.add_option("--router", router, "Predictor");
  app.add_option("--admin", admin, "CanaryAdmin");
  app.add_option("--changes", changes, "Changes whose effect is timed");
  app.add_option("--rate", rate, "Changes, or looks, a second beside the traffic");
  app.add_option("--seconds", seconds, "Traffic of each kind");
  app.add_option("--revisions", revisions, "Revisions of the logs that are loaded");
  CLI11_PARSE(app, argc, argv);
  for (const int count : revisions) serin::MeasureLoad(count);
  const serin::Target target = serin::Connect(router, admin);
  serin::MeasureEffect(target, changes);
  serin::MeasureInterference(target, rate, seconds);
}
