// serin-pace: predictions at a constant rate, whatever becomes of those before (an open loop), and
// a line every few seconds: `<seconds> calls <n> errors <n> p50 <us> p99 <us>`. Latency counts from
// when a call was to be sent, so that a server that stands still is not spared.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::load {
namespace {

struct Options {
  std::string target = "127.0.0.1:50050";
  double rate = 1000;
  double seconds = 10;
  double every = 5;
  int connections = 4;
  // A call beyond so many is not sent and counts as an error.
  int max_in_flight = 10'000;
  std::string text = "VADER is smart, handsome, and funny!";
};

constexpr absl::Duration kTimeout = absl::Seconds(30);

// What was answered since the last line. Thread-safe.
class Interval {
 public:
  void Add(absl::Duration latency, bool ok) {
    const std::lock_guard lock(mutex_);
    latencies_.push_back(absl::ToDoubleMicroseconds(latency));
    errors_ += ok ? 0 : 1;
    failed_ = failed_ || !ok;
  }

  void Print(absl::Duration since_start) {
    std::vector<double> latencies;
    int errors = 0;
    {
      const std::lock_guard lock(mutex_);
      latencies.swap(latencies_);
      std::swap(errors, errors_);
    }
    std::sort(latencies.begin(), latencies.end());
    const auto quantile = [&](double q) {
      const auto last = static_cast<double>(latencies.size()) - 1;
      return latencies.empty() ? 0.0 : latencies[static_cast<size_t>(q * last)];
    };
    std::printf("%.1f calls %zu errors %d p50 %.0f p99 %.0f\n", absl::ToDoubleSeconds(since_start),
                latencies.size(), errors, quantile(0.5), quantile(0.99));
    std::fflush(stdout);
  }

  bool failed() const {
    const std::lock_guard lock(mutex_);
    return failed_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<double> latencies_;
  int errors_ = 0;
  bool failed_ = false;
};

struct Call {
  grpc::ClientContext context;
  v1::PredictRequest request;
  v1::PredictResponse response;
  absl::Time intended;
};

using Stubs = std::vector<std::unique_ptr<v1::Predictor::Stub>>;

void Send(v1::Predictor::Stub& stub, const Options& options, absl::Time intended,
          std::atomic<int>& in_flight, Interval& interval) {
  if (in_flight.fetch_add(1) >= options.max_in_flight) {
    in_flight.fetch_sub(1);
    interval.Add(kTimeout, false);
    return;
  }
  auto call = std::make_shared<Call>();
  call->request.set_text(options.text);
  call->intended = intended;
  call->context.set_deadline(absl::ToChronoTime(intended + kTimeout));
  stub.async()->Predict(&call->context, &call->request, &call->response,
                        [call, &in_flight, &interval](const grpc::Status& status) {
                          interval.Add(absl::Now() - call->intended, status.ok());
                          in_flight.fetch_sub(1);
                        });
}

// Sends all calls and prints a line an interval; returns when all are answered.
void Run(const Options& options, const Stubs& stubs, Interval& interval) {
  std::atomic<int> in_flight{0};
  const absl::Time start = absl::Now();
  absl::Time next_line = start + absl::Seconds(options.every);
  const auto calls = static_cast<uint64_t>(options.rate * options.seconds);
  for (uint64_t i = 0; i < calls; ++i) {
    const absl::Time intended = start + absl::Seconds(static_cast<double>(i) / options.rate);
    absl::SleepFor(intended - absl::Now());
    if (absl::Now() >= next_line) {
      interval.Print(next_line - start);
      next_line += absl::Seconds(options.every);
    }
    Send(*stubs[i % stubs.size()], options, intended, in_flight, interval);
  }
  while (in_flight > 0) absl::SleepFor(absl::Milliseconds(1));
  interval.Print(absl::Now() - start);
}

Stubs Connect(const Options& options) {
  Stubs stubs;
  for (int i = 0; i < options.connections; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("serin.load", i);
    stubs.push_back(v1::Predictor::NewStub(
        grpc::CreateCustomChannel(options.target, grpc::InsecureChannelCredentials(), arguments)));
  }
  return stubs;
}

}  // namespace
}  // namespace serin::load

int main(int argc, char** argv) {
  serin::load::Options options;
  CLI::App app("serin-pace: predictions at a constant rate, a line of latencies every few seconds");
  app.add_option("--target", options.target, "host:port of a Predictor");
  app.add_option("--rate", options.rate, "calls a second")->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds)->check(CLI::PositiveNumber);
  app.add_option("--every", options.every, "seconds a line")->check(CLI::PositiveNumber);
  app.add_option("--connections", options.connections)->check(CLI::PositiveNumber);
  app.add_option("--max-in-flight", options.max_in_flight, "a call beyond is an error");
  app.add_option("--text", options.text);
  CLI11_PARSE(app, argc, argv);
  serin::load::Interval interval;
  serin::load::Run(options, serin::load::Connect(options), interval);
  return interval.failed() ? 1 : 0;
}
