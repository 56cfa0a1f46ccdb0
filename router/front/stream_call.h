#pragma once

#include <cstddef>

#include "router/front/front_call.h"

namespace serin::router {

// One PredictStream of a caller: many batches in flight, each answered when it is done. Reads no
// further while kMostBatches, or kMostKept bytes of them, are unanswered or kMostUnsent bytes of
// answers unread, so a caller that sends fast or reads slowly bounds our memory. Destroys itself
// when the call is over and no batch is in flight. On its loop.
class StreamCall final : public FrontCall {
 public:
  static constexpr size_t kMostBatches = 64;
  static constexpr size_t kMostKept = 16 << 20;
  static constexpr size_t kMostUnsent = 256 << 10;

  StreamCall(FrontContext& context, http2::ServerCall& call);

 private:
  class Batch;

  void OnMessage(std::string message) override;
  void OnHalfClosed() override;
  void OnSent() override;
  void OnCancelled() override;
  void OnBatchDone(Batch& batch);
  void Link(Batch& batch);
  void Unlink(Batch& batch);
  void End(const absl::Status& status);
  void Refuse(uint64_t batch_id, const absl::Status& why);
  bool full() const {
    return in_flight_ >= kMostBatches || kept_ >= kMostKept || call_->unsent_bytes() >= kMostUnsent;
  }
  void Pace();
  void FinishWhenIdle();

  Batch* first_ = nullptr;
  size_t in_flight_ = 0;
  // Memory of the batches in flight.
  size_t kept_ = 0;
  bool paused_ = false;
  bool half_closed_ = false;
};

}  // namespace serin::router
