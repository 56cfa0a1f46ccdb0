#pragma once

#include <deque>
#include <memory>
#include <vector>

#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "stream-client/pipeline/wakeup.h"

namespace serin::stream {

// A response and the memory it lives in.
class ArenaResponse {
 public:
  v1::PredictBatchResponse& operator*() { return *message_; }
  v1::PredictBatchResponse* get() { return message_; }

 private:
  google::protobuf::Arena arena_;
  v1::PredictBatchResponse* message_ =
      google::protobuf::Arena::CreateMessage<v1::PredictBatchResponse>(&arena_);
};

// What calls have to tell, gathered from gRPC's threads for the one that owns them. Thread-safe.
class StreamEvents {
 public:
  struct Event {
    uint64_t call = 0;
    std::unique_ptr<ArenaResponse> response;  // null: the call has ended with `status`
    grpc::Status status;
  };

  explicit StreamEvents(Wakeup& wakeup) : wakeup_(wakeup) {}

  void Post(Event event);
  std::vector<Event> TakeAll();

 private:
  Wakeup& wakeup_;
  absl::Mutex mutex_;
  std::vector<Event> events_ ABSL_GUARDED_BY(mutex_);
};

// One PredictStream call, which waits for its channel to connect. Requests are written in order,
// one at a time; responses and the end of the call are posted to the events under the call's id.
// Lives until gRPC is done with it; whoever holds it may let go at any time. Thread-safe.
class PredictStreamCall final
    : public grpc::ClientBidiReactor<v1::PredictBatchRequest, v1::PredictBatchResponse> {
 public:
  static std::shared_ptr<PredictStreamCall> Start(v1::Predictor::Stub& stub, uint64_t id,
                                                  std::shared_ptr<StreamEvents> events);

  // A request to fill, one that has been sent before when there is one.
  std::unique_ptr<v1::PredictBatchRequest> NewRequest();
  // After the end of the call it does nothing: the end is what the sender hears of.
  void Send(std::unique_ptr<v1::PredictBatchRequest> request);
  // Ends the call soon.
  void Cancel() { context_.TryCancel(); }

 private:
  PredictStreamCall(uint64_t id, std::shared_ptr<StreamEvents> events)
      : id_(id), events_(std::move(events)) {}

  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // gRPC may end the call once nothing is outstanding; the hold keeps it for further writes.
  void ReleaseHold() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const uint64_t id_;
  const std::shared_ptr<StreamEvents> events_;
  std::shared_ptr<PredictStreamCall> self_;  // until OnDone
  grpc::ClientContext context_;
  std::unique_ptr<ArenaResponse> reading_;

  absl::Mutex mutex_;
  bool open_ ABSL_GUARDED_BY(mutex_) = true;
  std::deque<std::unique_ptr<v1::PredictBatchRequest>> queue_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<v1::PredictBatchRequest> writing_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<v1::PredictBatchRequest>> spare_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace serin::stream
