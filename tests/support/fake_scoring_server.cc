#include "tests/support/fake_scoring_server.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace serin::testing {
namespace {

struct TextFault {
  grpc::StatusCode code;
  int left;
};

v1::PredictResponse Answer(const v1::PredictRequest& request) {
  v1::PredictResponse response;
  v1::Sentiment& sentiment = *response.mutable_sentiment();
  sentiment.set_neg(0);
  sentiment.set_neu(0.5);
  sentiment.set_pos(0.5);
  sentiment.set_compound(static_cast<double>(request.text().size()) / 1000);
  sentiment.set_label(v1::POSITIVE);
  response.set_model("sentiment");
  const bool even = !request.routing_key().empty() && request.routing_key().back() % 2 == 0;
  response.set_model_version(even ? "v2" : "v1");
  response.set_route_revision(1);
  response.set_assignment(v1::KEY);
  response.set_request_id(request.request_id());
  return response;
}

}  // namespace

class FakeScoringServer::Service final : public v1::Predictor::Service {
 public:
  using Stream = grpc::ServerReaderWriter<v1::PredictBatchResponse, v1::PredictBatchRequest>;

  grpc::Status PredictStream(grpc::ServerContext* context, Stream* stream) override {
    std::vector<std::thread> answers;
    absl::Mutex write_mutex;
    bool broken = false;
    v1::PredictBatchRequest request;
    while (stream->Read(&request)) {
      if (Breaks(request)) {
        broken = true;
        break;
      }
      answers.emplace_back([this, context, stream, &write_mutex, request] {
        AwaitTurn(*context);
        const v1::PredictBatchResponse response = MakeResponse(request);
        absl::MutexLock lock(&write_mutex);
        stream->Write(response);
      });
    }
    for (std::thread& answer : answers) answer.join();
    return broken ? grpc::Status(grpc::StatusCode::INTERNAL, "stream broken by the test")
                  : grpc::Status::OK;
  }

  absl::Mutex mutex_;
  absl::Duration delay_ ABSL_GUARDED_BY(mutex_);
  bool stuck_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  int breaks_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string breaking_text_ ABSL_GUARDED_BY(mutex_);
  int refusals_ ABSL_GUARDED_BY(mutex_) = 0;
  grpc::StatusCode refusal_ ABSL_GUARDED_BY(mutex_) = grpc::StatusCode::OK;
  std::map<std::string, TextFault> faults_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::PredictRequest> items_ ABSL_GUARDED_BY(mutex_);
  int requests_ ABSL_GUARDED_BY(mutex_) = 0;

 private:
  bool Breaks(const v1::PredictBatchRequest& request) {
    absl::MutexLock lock(&mutex_);
    ++requests_;
    for (const auto& item : request.items()) items_.push_back(item);
    if (breaks_ > 0) return breaks_-- > 0;
    return std::any_of(request.items().begin(), request.items().end(), [this](const auto& item) {
      mutex_.AssertHeld();
      return !breaking_text_.empty() && item.text() == breaking_text_;
    });
  }

  void AwaitTurn(grpc::ServerContext& context) {
    absl::MutexLock lock(&mutex_);
    const absl::Time at = absl::Now() + delay_;
    while ((absl::Now() < at || stuck_) && !closing_ && !context.IsCancelled()) {
      // In steps, as nothing tells of a call that is cancelled.
      const absl::Time step = absl::Now() + absl::Milliseconds(2);
      mutex_.AwaitWithDeadline(absl::Condition(&closing_), stuck_ ? step : std::min(at, step));
    }
  }

  v1::PredictBatchResponse MakeResponse(const v1::PredictBatchRequest& request) {
    v1::PredictBatchResponse response;
    response.set_batch_id(request.batch_id());
    absl::MutexLock lock(&mutex_);
    if (refusals_ > 0) {
      --refusals_;
      response.mutable_error()->set_code(refusal_);
      response.mutable_error()->set_message("refused by the test");
      return response;
    }
    for (const auto& item : request.items()) {
      v1::BatchResult& result = *response.add_results();
      auto fault = faults_.find(item.text());
      if (fault == faults_.end() || fault->second.left == 0) {
        *result.mutable_response() = Answer(item);
        continue;
      }
      if (fault->second.left > 0) --fault->second.left;
      result.mutable_error()->set_code(fault->second.code);
      result.mutable_error()->set_message("failed by the test");
    }
    return response;
  }
};

FakeScoringServer::FakeScoringServer(int port,
                                     const std::shared_ptr<grpc::ServerCredentials>& credentials)
    : service_(std::make_unique<Service>()), credentials_(credentials) {
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port), credentials, &port_);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) {
    std::fprintf(stderr, "fake scoring server: cannot listen on port %d\n", port);
    std::abort();
  }
}

FakeScoringServer::~FakeScoringServer() {
  {
    absl::MutexLock lock(&service_->mutex_);
    service_->closing_ = true;
  }
  server_->Shutdown(std::chrono::system_clock::now());
}

void FakeScoringServer::SetDelay(absl::Duration delay) {
  absl::MutexLock lock(&service_->mutex_);
  service_->delay_ = delay;
}

void FakeScoringServer::SetStuck(bool stuck) {
  absl::MutexLock lock(&service_->mutex_);
  service_->stuck_ = stuck;
}

void FakeScoringServer::BreakStreams(int n) {
  absl::MutexLock lock(&service_->mutex_);
  service_->breaks_ = n;
}

void FakeScoringServer::BreakStreamsOn(const std::string& text) {
  absl::MutexLock lock(&service_->mutex_);
  service_->breaking_text_ = text;
}

void FakeScoringServer::RefuseBatches(int n, grpc::StatusCode code) {
  absl::MutexLock lock(&service_->mutex_);
  service_->refusals_ = n;
  service_->refusal_ = code;
}

void FakeScoringServer::FailText(const std::string& text, grpc::StatusCode code, int n) {
  absl::MutexLock lock(&service_->mutex_);
  service_->faults_[text] = {code, n};
}

std::vector<std::string> FakeScoringServer::texts() const {
  absl::MutexLock lock(&service_->mutex_);
  std::vector<std::string> texts;
  for (const auto& item : service_->items_) texts.push_back(item.text());
  return texts;
}

int FakeScoringServer::requests() const {
  absl::MutexLock lock(&service_->mutex_);
  return service_->requests_;
}

v1::PredictRequest FakeScoringServer::RequestOf(const std::string& text) const {
  absl::MutexLock lock(&service_->mutex_);
  const auto& items = service_->items_;
  const auto it = std::find_if(items.rbegin(), items.rend(),
                               [&](const auto& item) { return item.text() == text; });
  return it == items.rend() ? v1::PredictRequest() : *it;
}

}  // namespace serin::testing
