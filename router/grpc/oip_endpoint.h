#pragma once

#include <memory>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "inference/grpc_service.grpc.pb.h"
#include "router/backends/coalescer.h"
#include "router/backends/upstream.h"

namespace serin::router {

// A server that speaks the Open Inference Protocol: MLServer, Triton, OpenVINO Model Server. The
// items of a message become one ModelInfer; as many are outstanding as the coalescer allows.
// Tensors have no error of a single element, so a call of several texts that the model refuses is
// halved until the texts at fault stand alone, one call after the other; the others get their
// answers. It is ready while ServerReady and ModelReady, asked every second, say so. Thread-safe.
class OipEndpoint final : public Upstream, private MessageSink {
 public:
  static constexpr absl::Duration kPollEvery = absl::Seconds(1);

  // `clock` and `batch_items` must outlive the endpoint. Model version empty: the server's choice.
  OipEndpoint(std::string address, std::string model, std::string model_version,
              const std::shared_ptr<grpc::Channel>& channel, const Clock& clock,
              IntHistogram& batch_items);
  ~OipEndpoint() override { Close(); }

  const std::string& address() const override { return address_; }
  bool ready() const override { return coalescer_.connected(); }
  size_t in_flight() const override { return coalescer_.in_flight(); }
  void Send(ItemList items) override { coalescer_.Enqueue(std::move(items)); }
  void Tick() override;
  void Close() override;

 private:
  class Poll;
  class Batch;

  void Send(uint64_t message_id, absl::Span<Item* const> items) override;
  void OnPolled(const absl::Status& status);
  // Of a poll or a batch; false: the endpoint is closing.
  bool Register(grpc::ClientContext* context);
  void Unregister(grpc::ClientContext* context);

  const std::string address_;
  const std::string model_;
  const std::string model_version_;
  const std::unique_ptr<inference::GRPCInferenceService::Stub> stub_;
  const Clock& clock_;

  absl::Mutex mutex_;
  // The calls that are out.
  std::set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mutex_);
  // Polls and batches that live.
  int live_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool polling_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time poll_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();

  Coalescer coalescer_;
};

}  // namespace serin::router
