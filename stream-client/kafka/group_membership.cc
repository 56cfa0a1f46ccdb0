#include "stream-client/kafka/group_membership.h"

#include <cstring>

#include <spdlog/spdlog.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "stream-client/kafka/handles.h"

namespace serin::stream {
namespace {

constexpr absl::Duration kLeaveTimeout = absl::Seconds(5);
constexpr int kPollMs = 50;

}  // namespace

bool IsCooperative(const rd_kafka_t* consumer) {
  const char* const protocol = rd_kafka_rebalance_protocol(const_cast<rd_kafka_t*>(consumer));
  return protocol != nullptr && std::strcmp(protocol, "COOPERATIVE") == 0;
}

void LogError(const char* what, rd_kafka_error_t* error) {
  if (error == nullptr) return;
  spdlog::error("kafka: {}: {}", what, rd_kafka_error_string(error));
  rd_kafka_error_destroy(error);
}

void LeaveGroup(rd_kafka_t* consumer, const RebalanceCallback& on_rebalance) {
  const KafkaQueue events(rd_kafka_queue_new(consumer));
  LogError("close", rd_kafka_consumer_close_queue(consumer, events.get()));
  const absl::Time deadline = absl::Now() + kLeaveTimeout;
  while (rd_kafka_consumer_closed(consumer) == 0) {
    if (absl::Now() >= deadline) {
      spdlog::warn("kafka: the group did not let go in time; it will expire this member");
      return;
    }
    const KafkaEvent event(rd_kafka_queue_poll(events.get(), kPollMs));
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_REBALANCE) continue;
    on_rebalance(rd_kafka_event_error(event.get()),
                 *rd_kafka_event_topic_partition_list(event.get()));
  }
}

bool MayBeDestroyed(rd_kafka_t* consumer, bool was_assigned) {
  if (rd_kafka_consumer_closed(consumer) != 0 && (was_assigned || !IsCooperative(consumer))) {
    return true;
  }
  rd_kafka_set_log_level(consumer, 0);  // its threads outlive what they would log to
  return false;
}

}  // namespace serin::stream
