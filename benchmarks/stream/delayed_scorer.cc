// serin-delayed-scorer DELAY_MS: a Predictor on loopback whose PredictStream answers each message
// so long after it was read, whatever else is under way: a model that only waits. Prints its
// address; serves until its standard input ends, then prints the mean delay it kept, in
// milliseconds.
#include <sys/prctl.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/rpc/grpc_server.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin {
namespace {

using Response = std::unique_ptr<v1::PredictBatchResponse>;

Response Answer(const v1::PredictBatchRequest& request) {
  auto response = std::make_unique<v1::PredictBatchResponse>();
  response->set_batch_id(request.batch_id());
  for (int i = 0; i < request.items_size(); ++i) {
    v1::PredictResponse& item = *response->add_results()->mutable_response();
    item.mutable_sentiment()->set_neu(0.248);
    item.mutable_sentiment()->set_pos(0.752);
    item.mutable_sentiment()->set_compound(0.8439);
    item.mutable_sentiment()->set_label(v1::POSITIVE);
    item.set_model("sentiment");
    item.set_model_version("delayed");
  }
  return response;
}

// One call. Answers are written one at a time, in the order they become due.
class Stream final
    : public grpc::ServerBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse>,
      public std::enable_shared_from_this<Stream> {
 public:
  // Takes an answer and when it was asked for.
  using Later = std::function<void(std::shared_ptr<Stream>, Response, absl::Time)>;

  static Stream* Start(Later later) {
    auto stream = std::make_shared<Stream>();
    stream->later_ = std::move(later);
    stream->self_ = stream;
    stream->StartRead(&stream->request_);
    return stream.get();
  }

  void Send(Response response) {
    absl::MutexLock lock(&mutex_);
    answers_.push_back(std::move(response));
    if (answers_.size() == 1 && !finished_) StartWrite(answers_.front().get());
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      absl::MutexLock lock(&mutex_);
      finished_ = true;
      Finish(grpc::Status::OK);
      return;
    }
    later_(self_, Answer(request_), absl::Now());
    StartRead(&request_);
  }
  void OnWriteDone(bool) override {
    absl::MutexLock lock(&mutex_);
    answers_.pop_front();
    if (!answers_.empty() && !finished_) StartWrite(answers_.front().get());
  }
  void OnDone() override { self_ = nullptr; }

 private:
  Later later_;
  std::shared_ptr<Stream> self_;
  v1::PredictBatchRequest request_;
  absl::Mutex mutex_;
  std::deque<Response> answers_ ABSL_GUARDED_BY(mutex_);
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

class DelayedService final : public v1::Predictor::CallbackService {
 public:
  explicit DelayedService(absl::Duration delay) : delay_(delay), thread_([this] { Run(); }) {}
  ~DelayedService() override {
    {
      absl::MutexLock lock(&mutex_);
      closing_ = true;
    }
    thread_.join();
  }

  grpc::ServerBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse>* PredictStream(
      grpc::CallbackServerContext*) override {
    return Stream::Start([this](std::shared_ptr<Stream> stream, Response response, absl::Time at) {
      absl::MutexLock lock(&mutex_);
      waiting_.push_back({std::move(stream), std::move(response), at});
    });
  }

  double mean_delay_ms() const {
    return answered_ == 0 ? 0 : absl::ToDoubleMilliseconds(kept_) / answered_;
  }

 private:
  struct Waiting {
    std::shared_ptr<Stream> stream;
    Response response;
    absl::Time asked_at;
  };

  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return closing_ || !waiting_.empty(); }

  // All wait equally long, so the first that came is the first that is due.
  void Run() {
    prctl(PR_SET_TIMERSLACK, 1);
    while (true) {
      Waiting next;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &DelayedService::HasWork));
        if (closing_) return;
        next = std::move(waiting_.front());
        waiting_.pop_front();
      }
      absl::SleepFor(next.asked_at + delay_ - absl::Now());
      kept_ += absl::Now() - next.asked_at;
      ++answered_;
      next.stream->Send(std::move(next.response));
    }
  }

  const absl::Duration delay_;
  absl::Mutex mutex_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration kept_;  // of the thread's, read after its end
  double answered_ = 0;
  std::thread thread_;
};

int Main(absl::Duration delay) {
  auto service = std::make_unique<DelayedService>(delay);
  auto server = GrpcServer::Start({.listen = "127.0.0.1:0", .services = {service.get()}});
  if (!server.ok()) {
    std::cerr << server.status().ToString() << std::endl;
    return 1;
  }
  std::cout << (*server)->address() << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  std::cout << service->mean_delay_ms() << std::endl;
  std::fflush(stdout);
  std::_Exit(0);  // the calls may still be open
}

}  // namespace
}  // namespace serin

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "expected DELAY_MS, got " << argc - 1 << " arguments" << std::endl;
    return 64;
  }
  return serin::Main(absl::Milliseconds(std::atof(argv[1])));
}
