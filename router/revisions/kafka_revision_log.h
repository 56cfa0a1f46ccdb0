#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "router/revisions/revision_log.h"
#include "serin/v1/config/router.pb.h"

namespace serin::router {

// Revisions in a Kafka topic of one partition, shared by the routers that name it. A record is a
// proposal: RevisionToJson as value, the route as key, and a header with a name that no other
// proposal has. All routers read the topic from its beginning and decide alike: a revision is
// accepted when its number is one more than the last accepted one of its route, else it came too
// late and counts for nothing. What is no revision is passed over, logged and counted.
//
// Append() answers when the router's own reader has met the proposal. Thread-safe.
class KafkaRevisionLog final : public RevisionLog {
 public:
  // Makes the topic when it is missing and returns when all of it has been read. Errors:
  // UNAVAILABLE when that takes longer than the config's timeout; FAILED_PRECONDITION when the
  // topic has more than one partition; INVALID_ARGUMENT for properties that librdkafka refuses.
  static absl::StatusOr<std::unique_ptr<KafkaRevisionLog>> Open(
      const v1::config::KafkaRevisionLogConfig& config);
  ~KafkaRevisionLog() override;

  absl::StatusOr<std::vector<Revision>> ReadAll() override;
  absl::Status Append(const Revision& revision) override;
  void Follow(Listener listener) override;
  absl::Status Health() const override;
  uint64_t skipped() const override { return skipped_.load(); }

 private:
  struct Destroy {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  };
  using Client = std::unique_ptr<rd_kafka_t, Destroy>;
  enum class Fate { kPending, kAccepted, kTooLate, kNotWritten };

  explicit KafkaRevisionLog(const v1::config::KafkaRevisionLogConfig& config);

  absl::StatusOr<Client> Connect(rd_kafka_type_t type,
                                 const std::map<std::string, std::string>& own);
  absl::Status CatchUp();
  void Read();
  void OnMessage(const rd_kafka_message_t& message);
  void LookForBroker();
  void OnReadError(const rd_kafka_message_t& message);
  void Accept(Revision revision, const std::string& proposal);
  void Skip(int64_t offset, std::string_view why);
  void Deliver() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Produce(const Revision& revision, const std::string& proposal);
  static void OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
  static void OnError(rd_kafka_t* client, int error, const char* reason, void* self);

  const std::string brokers_;
  const std::string topic_;
  const absl::Duration timeout_;
  const std::map<std::string, std::string> properties_;
  Client producer_;
  Client consumer_;

  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> skipped_{0};
  // The offset that is read next.
  std::atomic<int64_t> position_{0};

  mutable absl::Mutex mutex_;
  std::vector<Revision> accepted_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> last_number_ ABSL_GUARDED_BY(mutex_);
  // This router's proposals that have not been met yet.
  std::map<std::string, Fate> proposals_ ABSL_GUARDED_BY(mutex_);
  absl::Status health_ ABSL_GUARDED_BY(mutex_);

  // Held over the listener's calls.
  absl::Mutex delivery_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  Listener listener_ ABSL_GUARDED_BY(delivery_mutex_);
  size_t delivered_ ABSL_GUARDED_BY(delivery_mutex_) = 0;

  std::thread reader_;
};

}  // namespace serin::router
