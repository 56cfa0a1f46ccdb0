// serin-pace: predictions at a constant rate, whatever becomes of those before (an open loop), and
// a line every few seconds: `<seconds> calls <n> errors <n> p50 <us> p99 <us>`. Latency counts from
// when a call was to be sent, so that a server that stands still is not spared; a call that failed
// counts with its timeout.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmarks/load/pacer.h"
#include "serin/v1/predictor.pb.h"

namespace serin::load {
namespace {

struct Options {
  Pacer::Options pacer;
  double seconds = 10;
  double every = 5;
  double timeout = 30;
  std::string text = "VADER is smart, handsome, and funny!";
};

float Quantile(std::vector<float>& values, double q) {
  if (values.empty()) return 0;
  const auto at = static_cast<ptrdiff_t>(q * (static_cast<double>(values.size()) - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<size_t>(at)];
}

// Sends all calls and prints a line an interval; whether all were answered well.
bool Run(Options options) {
  v1::PredictRequest request;
  request.set_text(options.text);
  absl::Notification end;
  options.pacer.calls =
      std::max<uint64_t>(1, static_cast<uint64_t>(options.pacer.rate * options.seconds));
  options.pacer.call.timeout = absl::Seconds(options.timeout);
  options.pacer.call.path = "/serin.v1.Predictor/Predict";
  options.pacer.call.request = request.SerializeAsString();
  options.pacer.on_end = [&] { end.Notify(); };
  EventLoop loop;
  Pacer pacer(loop, options.pacer);
  const absl::Time start = absl::Now();
  loop.RunAndWait([&] { pacer.Start(); });
  bool good = true;
  for (int line = 1; !end.HasBeenNotified(); ++line) {
    const absl::Time next = start + line * absl::Seconds(options.every);
    end.WaitForNotificationWithTimeout(next - absl::Now());
    Answers answers;
    loop.RunAndWait([&] { answers = pacer.Take(); });
    std::printf("%.1f calls %zu errors %d p50 %.0f p99 %.0f\n",
                absl::ToDoubleSeconds(absl::Now() - start), answers.latencies.size(),
                answers.errors, Quantile(answers.latencies, 0.5),
                Quantile(answers.latencies, 0.99));
    std::fflush(stdout);
    good = good && answers.errors == 0;
  }
  loop.RunAndWait([&] { pacer.Stop(); });
  loop.FinishTurn();
  return good;
}

}  // namespace
}  // namespace serin::load

int main(int argc, char** argv) {
  serin::load::Options options;
  options.pacer.target = "127.0.0.1:50050";
  CLI::App app("serin-pace: predictions at a constant rate, a line of latencies every few seconds");
  app.add_option("--target", options.pacer.target, "host:port of a Predictor");
  app.add_option("--rate", options.pacer.rate, "calls a second")->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds)->check(CLI::PositiveNumber);
  app.add_option("--every", options.every, "seconds a line")->check(CLI::PositiveNumber);
  app.add_option("--timeout", options.timeout, "seconds of a call")->check(CLI::PositiveNumber);
  app.add_option("--connections", options.pacer.connections)->check(CLI::PositiveNumber);
  app.add_option("--max-in-flight", options.pacer.max_in_flight, "a call beyond is an error");
  app.add_option("--text", options.text);
  CLI11_PARSE(app, argc, argv);
  return serin::load::Run(options) ? 0 : 1;
}
