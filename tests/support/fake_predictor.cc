#include "tests/support/fake_predictor.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/status/check.h"

namespace serin::testing {

FakePredictor::FakePredictor(double compound, const TlsFiles& tls, const std::string& listen)
    : compound_(compound), tls_(tls) {
  Listen(listen);
}

FakePredictor::~FakePredictor() { Kill(); }

void FakePredictor::Listen(const std::string& address) {
  auto server = GrpcServer::Start({.listen = address,
                                   .services = {static_cast<v1::Predictor::Service*>(this)},
                                   .max_message_bytes = 64 << 20,
                                   .tls = tls_,
                                   .max_connection_age = connection_age_,
                                   .max_connection_age_grace = connection_age_grace_});
  SERIN_CHECK(server.ok());
  server_ = *std::move(server);
  address_ = server_->address();
  server_->SetServing(true);
}

void FakePredictor::Kill() {
  if (server_ != nullptr) server_->Shutdown(absl::ZeroDuration());
  server_.reset();
}

void FakePredictor::Restart() {
  Kill();
  Listen(address_);
}

void FakePredictor::SetConnectionAge(absl::Duration age, absl::Duration grace) {
  connection_age_ = age;
  connection_age_grace_ = grace;
}

void FakePredictor::SetDelay(absl::Duration delay) {
  absl::MutexLock lock(&mutex_);
  delay_ = delay;
}

void FakePredictor::FailEvery(uint64_t n, absl::Status error) {
  absl::MutexLock lock(&mutex_);
  fail_every_ = n;
  error_ = std::move(error);
}

void FakePredictor::Hang(bool hang) {
  absl::MutexLock lock(&mutex_);
  hang_ = hang;
}

void FakePredictor::KillNextStream() {
  absl::MutexLock lock(&mutex_);
  kill_stream_ = true;
}

void FakePredictor::EndNextStream() {
  absl::MutexLock lock(&mutex_);
  end_stream_ = true;
}

bool FakePredictor::TakeEnd() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(end_stream_, false);
}

std::vector<std::string> FakePredictor::traceparents() const {
  absl::MutexLock lock(&mutex_);
  return traceparents_;
}

bool FakePredictor::WaitToAnswer(const grpc::ServerContext& context) {
  absl::MutexLock lock(&mutex_);
  if (kill_stream_) {
    kill_stream_ = false;
    return false;
  }
  const absl::Duration delay = delay_;
  mutex_.Unlock();
  absl::SleepFor(delay);
  mutex_.Lock();
  const auto released = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !hang_; };
  while (!mutex_.AwaitWithTimeout(absl::Condition(&released), absl::Milliseconds(5))) {
    if (context.IsCancelled()) return false;
  }
  return true;
}

void FakePredictor::FillResponse(const v1::PredictBatchRequest& request,
                                 v1::PredictBatchResponse& response) {
  absl::MutexLock lock(&mutex_);
  response.set_batch_id(request.batch_id());
  for (const v1::PredictRequest& item : request.items()) {
    v1::BatchResult& result = *response.add_results();
    const uint64_t number = ++items_;
    if (item.has_traceparent()) traceparents_.push_back(item.traceparent());
    if (item.text().empty()) {
      result.mutable_error()->set_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
      result.mutable_error()->set_message("text: expected at least 1 byte, got 0");
    } else if (fail_every_ != 0 && number % fail_every_ == 0) {
      result.mutable_error()->set_code(static_cast<int>(error_.code()));
      result.mutable_error()->set_message(std::string(error_.message()));
    } else {
      result.mutable_response()->mutable_sentiment()->set_compound(compound_);
      result.mutable_response()->mutable_sentiment()->set_neg(0);
      result.mutable_response()->mutable_sentiment()->set_label(v1::POSITIVE);
    }
  }
}

grpc::Status FakePredictor::PredictStream(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<v1::PredictBatchResponse, v1::PredictBatchRequest>* stream) {
  ++streams_;
  v1::PredictBatchRequest request;
  while (stream->Read(&request)) {
    ++messages_;
    if (TakeEnd()) return grpc::Status::OK;
    if (!WaitToAnswer(*context)) {
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "killed by the test");
    }
    v1::PredictBatchResponse response;
    FillResponse(request, response);
    if (!stream->Write(response)) break;
  }
  return grpc::Status::OK;
}

}  // namespace serin::testing
