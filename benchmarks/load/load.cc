// serin-load: asks a fixed number of predictions over gRPC and prints rate and latency.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::load {
namespace {

struct Options {
  std::string target = "127.0.0.1:50050";
  std::string mode = "unary";
  int calls = 100'000;
  int in_flight = 64;
  int connections = 4;
  int items = 64;
  // Sent in turn.
  std::vector<std::string> texts = {"VADER is smart, handsome, and funny!"};
};

// The lines of a file, or of one column of a tab-separated one; none if it cannot be read.
std::vector<std::string> ReadTexts(const std::string& path, int column) {
  std::vector<std::string> texts;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    const auto index = static_cast<size_t>(column);
    if (index < cells.size() && !cells[index].empty()) texts.push_back(cells[index]);
  }
  return texts;
}

// What all callers found, added up. Thread-safe.
class Report {
 public:
  void Add(absl::Duration latency) {
    const std::lock_guard lock(mutex_);
    latencies_.push_back(absl::ToDoubleMicroseconds(latency));
  }
  void CountAnswer(const v1::PredictResponse& response) {
    const std::lock_guard lock(mutex_);
    ++versions_[response.model_version()];
  }
  void CountError(const std::string& message) {
    const std::lock_guard lock(mutex_);
    ++errors_[message];
  }

  void Print(absl::Duration took) {
    std::sort(latencies_.begin(), latencies_.end());
    uint64_t answers = 0;
    for (const auto& [version, count] : versions_) answers += count;
    const double seconds = absl::ToDoubleSeconds(took);
    std::printf("calls %zu in %.3f s: %.0f calls/s, %.0f items/s, p50 %.0f us, p99 %.0f us\n",
                latencies_.size(), seconds, static_cast<double>(latencies_.size()) / seconds,
                static_cast<double>(answers) / seconds, Quantile(0.5), Quantile(0.99));
    for (const auto& [version, count] : versions_) {
      std::printf("  %s: %llu\n", version.c_str(), static_cast<unsigned long long>(count));
    }
    for (const auto& [error, count] : errors_) {
      std::printf("  error %s: %llu\n", error.c_str(), static_cast<unsigned long long>(count));
    }
  }

  bool clean() const { return errors_.empty(); }

 private:
  double Quantile(double q) const {
    if (latencies_.empty()) return 0;
    return latencies_[static_cast<size_t>(q * static_cast<double>(latencies_.size() - 1))];
  }

  std::mutex mutex_;
  std::vector<double> latencies_;
  std::map<std::string, uint64_t> versions_;
  std::map<std::string, uint64_t> errors_;
};

using Batches = std::vector<v1::PredictBatchRequest>;

// As many as hold all texts once, at most 512; sent in turn.
Batches MakeBatches(const Options& options) {
  const auto items = static_cast<size_t>(options.items);
  Batches batches(std::clamp<size_t>((options.texts.size() + items - 1) / items, 1, 512));
  size_t next = 0;
  for (v1::PredictBatchRequest& batch : batches) {
    for (size_t i = 0; i < items; ++i) {
      batch.add_items()->set_text(options.texts[next++ % options.texts.size()]);
    }
  }
  return batches;
}

void CountBatch(const v1::PredictBatchResponse& response, Report& report) {
  for (const v1::BatchResult& result : response.results()) {
    if (result.has_response()) {
      report.CountAnswer(result.response());
    } else {
      report.CountError(result.error().message());
    }
  }
}

// Keeps one call in flight after another by the callback API; `left` is shared by all slots.
class Slot {
 public:
  // Batches are sent in turn, from the `first` on; without any, texts.
  Slot(const Options& options, const Batches& batches, size_t first, v1::Predictor::Stub& stub,
       std::atomic<int>& left, std::atomic<int>& running, Report& report)
      : stub_(stub),
        left_(left),
        running_(running),
        report_(report),
        batches_(batches),
        next_batch_(first),
        texts_(options.texts) {}

  void Next() {
    if (left_.fetch_sub(1) <= 0) {
      --running_;
      running_.notify_all();
      return;
    }
    context_ = std::make_unique<grpc::ClientContext>();
    if (batches_.empty()) request_.set_text(texts_[next_text_++ % texts_.size()]);
    started_ = absl::Now();
    const auto done = [this](const grpc::Status& status) { OnDone(status); };
    if (!batches_.empty()) {
      const v1::PredictBatchRequest& batch = batches_[next_batch_++ % batches_.size()];
      stub_.async()->PredictBatch(context_.get(), &batch, &batch_response_, done);
    } else {
      stub_.async()->Predict(context_.get(), &request_, &response_, done);
    }
  }

 private:
  void OnDone(const grpc::Status& status) {
    report_.Add(absl::Now() - started_);
    if (!status.ok()) {
      report_.CountError(status.error_message());
    } else if (!batches_.empty()) {
      CountBatch(batch_response_, report_);
    } else {
      report_.CountAnswer(response_);
    }
    Next();
  }

  v1::Predictor::Stub& stub_;
  std::atomic<int>& left_;
  std::atomic<int>& running_;
  Report& report_;
  const Batches& batches_;
  size_t next_batch_;
  const std::vector<std::string>& texts_;
  size_t next_text_ = 0;
  std::unique_ptr<grpc::ClientContext> context_;
  absl::Time started_;
  v1::PredictRequest request_;
  v1::PredictResponse response_;
  v1::PredictBatchResponse batch_response_;
};

using Stubs = std::vector<std::unique_ptr<v1::Predictor::Stub>>;

void RunCalls(const Options& options, const Stubs& stubs, Report& report) {
  std::atomic<int> left{options.calls};
  std::atomic<int> running{options.in_flight};
  const Batches batches = options.mode == "batch" ? MakeBatches(options) : Batches();
  std::vector<std::unique_ptr<Slot>> slots;
  for (size_t i = 0; i < static_cast<size_t>(options.in_flight); ++i) {
    v1::Predictor::Stub& stub = *stubs[i % stubs.size()];
    slots.push_back(std::make_unique<Slot>(options, batches, i, stub, left, running, report));
  }
  for (const auto& slot : slots) slot->Next();
  for (int now = running; now > 0; now = running) running.wait(now);
}

// One stream a connection; `in_flight` batches outstanding on all of them together.
void RunStream(const Options& options, v1::Predictor::Stub& stub, int calls, int window,
               Report& report) {
  grpc::ClientContext context;
  const auto stream = stub.PredictStream(&context);
  Batches batches = MakeBatches(options);
  std::vector<absl::Time> started(static_cast<size_t>(calls));
  v1::PredictBatchResponse response;
  int sent = 0;
  for (int received = 0; received < calls; ++received) {
    for (; sent < calls && sent < received + window; ++sent) {
      v1::PredictBatchRequest& batch = batches[static_cast<size_t>(sent) % batches.size()];
      batch.set_batch_id(static_cast<uint64_t>(sent));
      started[static_cast<size_t>(sent)] = absl::Now();
      stream->Write(batch);
    }
    if (!stream->Read(&response)) break;
    report.Add(absl::Now() - started[response.batch_id()]);
    CountBatch(response, report);
  }
  stream->WritesDone();
  if (const grpc::Status status = stream->Finish(); !status.ok()) {
    report.CountError(status.error_message());
  }
}

void RunStreams(const Options& options, const Stubs& stubs, Report& report) {
  const int count = static_cast<int>(stubs.size());
  std::vector<std::thread> threads;
  for (const auto& stub : stubs) {
    threads.emplace_back([&] {
      RunStream(options, *stub, options.calls / count, std::max(1, options.in_flight / count),
                report);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

int Run(const Options& options) {
  Stubs stubs;
  for (int i = 0; i < options.connections; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("serin.load", i);
    arguments.SetMaxReceiveMessageSize(-1);
    stubs.push_back(v1::Predictor::NewStub(
        grpc::CreateCustomChannel(options.target, grpc::InsecureChannelCredentials(), arguments)));
  }
  Report report;
  const absl::Time start = absl::Now();
  if (options.mode == "stream") {
    RunStreams(options, stubs, report);
  } else {
    RunCalls(options, stubs, report);
  }
  report.Print(absl::Now() - start);
  return report.clean() ? 0 : 1;
}

}  // namespace
}  // namespace serin::load

int main(int argc, char** argv) {
  serin::load::Options options;
  CLI::App app("serin-load: asks a fixed number of predictions, prints rate and latency");
  app.add_option("--target", options.target, "host:port of a Predictor");
  app.add_option("--mode", options.mode)->check(CLI::IsMember({"unary", "batch", "stream"}));
  app.add_option("--calls", options.calls, "calls (unary) or batches, in all");
  app.add_option("--in-flight", options.in_flight, "outstanding at any time, in all");
  app.add_option("--connections", options.connections);
  app.add_option("--items", options.items, "items a batch");
  app.add_option("--text", options.texts, "the text, or several");
  std::string file;
  int column = 0;
  app.add_option("--texts", file, "file with a text a line, instead of --text");
  app.add_option("--column", column,
                 "where --texts has the text, among tab-separated cells, from 0");
  CLI11_PARSE(app, argc, argv);
  if (!file.empty()) options.texts = serin::load::ReadTexts(file, column);
  if (options.texts.empty()) {
    std::fprintf(stderr, "--texts: expected a file with texts, got \"%s\"\n", file.c_str());
    return 64;
  }
  return serin::load::Run(options);
}
