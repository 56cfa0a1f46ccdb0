#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "absl/container/flat_hash_map.h"
#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/tls.h"
#include "common/time/clock.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "stream-client/grpc/predict_stream_call.h"
#include "stream-client/pipeline/ports.h"
#include "stream-client/pipeline/wakeup.h"
#include "stream-client/scoring/attempt_book.h"

namespace serin::stream {

struct ScorerOptions {
  std::string address;  // the router's data port
  TlsFiles tls;         // plaintext without `ca`
  // The name that the router's certificate must have; empty: the host of the address.
  std::string server_name;
  int streams = 2;  // PredictStream calls, each on a connection of its own
  AttemptLimits attempts;
};

// Scores batches over a few long-lived PredictStream calls; a request goes to the call with the
// fewest unanswered ones. While no call is up (the router cannot be reached) everything waits and
// no attempt is counted; a call that breaks fails the attempts that were under way on it, and is
// reopened. What is tried how often is AttemptBook's to say.
class PredictStreamScorer final : public Scorer {
 public:
  // `wakeup` and `clock` must outlive the scorer. Error: INVALID_ARGUMENT for files of TLS that
  // cannot be used.
  static absl::StatusOr<std::unique_ptr<PredictStreamScorer>> Create(ScorerOptions options,
                                                                     Wakeup& wakeup,
                                                                     const Clock& clock);
  // Cancels what is under way and waits until gRPC has let go of it.
  ~PredictStreamScorer() override;

  void Score(std::unique_ptr<Batch> batch) override;
  // Error: the peer will never serve us (it has no PredictStream, or refuses our credentials).
  absl::StatusOr<std::unique_ptr<Batch>> Poll() override;

  // Whether any stream is up.
  bool connected() const;

 private:
  PredictStreamScorer(ScorerOptions options,
                      const std::shared_ptr<grpc::ChannelCredentials>& credentials, Wakeup& wakeup,
                      const Clock& clock);

  struct Stream {
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<v1::Predictor::Stub> stub;
    std::shared_ptr<PredictStreamCall> call;
    bool up = false;  // the call is connected
    uint64_t call_id = 0;
    absl::Time not_before = absl::InfinitePast();  // of the next call
    absl::Time last_heard = absl::InfinitePast();
    absl::flat_hash_map<uint64_t, absl::Time> under_way;  // attempts sent there, and when
    bool taken_by_one = false;  // what is under way must stay alone (Attempt::alone)
  };

  void HandleEvents(absl::Time now);
  void HandleResponse(Stream& stream, const v1::PredictBatchResponse& response, absl::Time now);
  void HandleEnd(Stream& stream, const absl::Status& why, absl::Time now);
  void ExpireAttempts(absl::Time now);
  void OpenStreams(absl::Time now);
  void ReportWaiting(absl::Time now);
  void SendDue(absl::Time now);
  Stream* LeastLoaded();
  Stream* FindCall(uint64_t call_id);

  const ScorerOptions options_;
  const Clock& clock_;
  const std::shared_ptr<StreamEvents> events_;
  absl::BitGen random_;
  AttemptBook book_;
  std::vector<Stream> streams_;
  uint64_t next_call_id_ = 1;
  size_t calls_alive_ = 0;  // started and not heard the end of
  absl::Status fatal_;
  absl::Time reported_waiting_;
};

}  // namespace serin::stream
