#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/grpc_server.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::testing {

// A model server on loopback (on a free port unless it is given one), whose faults a test can turn
// on. It answers every text with compound = `compound`, an empty text with INVALID_ARGUMENT.
// Thread-safe.
class FakePredictor final : private v1::Predictor::Service {
 public:
  explicit FakePredictor(double compound, const TlsFiles& tls = {},
                         const std::string& listen = "127.0.0.1:0");
  ~FakePredictor() override;

  // host:port; the same after Kill() and Restart().
  const std::string& address() const { return address_; }

  // Items answered, whatever the answer.
  uint64_t items() const { return items_.load(); }
  // Messages received on streams.
  uint64_t messages() const { return messages_.load(); }

  // PredictStream calls that have begun.
  uint64_t streams() const { return streams_.load(); }

  // From the next Restart() on.
  void SetConnectionAge(absl::Duration age, absl::Duration grace);
  // Every message is answered this much later.
  void SetDelay(absl::Duration delay);
  // Every n-th item fails with `error`; 0: none does.
  void FailEvery(uint64_t n, absl::Status error);
  // Streams are read, but not answered until Hang(false).
  void Hang(bool hang);
  // The next message ends its stream unanswered.
  void KillNextStream();
  // The same, but in order, as a server does that drains: the message counts as not read.
  void EndNextStream();
  // Of the items answered that had one.
  std::vector<std::string> traceparents() const;
  // What health says.
  void SetServing(bool serving) { server_->SetServing(serving); }

  // As if the process had been killed.
  void Kill();
  // Listens on the same port again.
  void Restart();

 private:
  grpc::Status PredictStream(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::PredictBatchResponse, v1::PredictBatchRequest>* stream) override;
  void Listen(const std::string& address);
  void FillResponse(const v1::PredictBatchRequest& request, v1::PredictBatchResponse& response);
  bool TakeEnd();
  // False: the stream is to end.
  bool WaitToAnswer(const grpc::ServerContext& context);

  const double compound_;
  const TlsFiles tls_;
  std::string address_;
  std::unique_ptr<GrpcServer> server_;
  std::atomic<uint64_t> items_{0};
  std::atomic<uint64_t> messages_{0};
  std::atomic<uint64_t> streams_{0};
  absl::Duration connection_age_ = absl::InfiniteDuration();
  absl::Duration connection_age_grace_ = absl::InfiniteDuration();

  mutable absl::Mutex mutex_;
  absl::Duration delay_ ABSL_GUARDED_BY(mutex_);
  uint64_t fail_every_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
  bool hang_ ABSL_GUARDED_BY(mutex_) = false;
  bool kill_stream_ ABSL_GUARDED_BY(mutex_) = false;
  bool end_stream_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::string> traceparents_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace serin::testing
