#pragma once

#include <functional>

#include <librdkafka/rdkafka.h>

namespace serin::stream {

// What a consumer that subscribes has to know of librdkafka 2.0.2 to be a member of a group.

// Whether partitions are given and taken a few at a time (cooperative-sticky).
bool IsCooperative(const rd_kafka_t* consumer);

// Logs and frees it; null: nothing has gone wrong.
void LogError(const char* what, rd_kafka_error_t* error);

using RebalanceCallback =
    std::function<void(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t& partitions)>;

// Gives the partitions back (through `on_rebalance`, on this thread) and leaves the group. Waits
// for at most five seconds: rd_kafka_consumer_close itself may wait for ever for a cooperative
// member's last rebalance (fixed in 2.4.0); brokers expire a member that does not leave.
void LeaveGroup(rd_kafka_t* consumer, const RebalanceCallback& on_rebalance);

// Whether rd_kafka_destroy is safe after LeaveGroup. It is not while the group is not left, since
// it would wait, nor for a cooperative member that never had an assignment, as it then fails an
// assertion (confluentinc/librdkafka#4312, fixed in 2.3.0). The handle must then be left to the
// process's end.
bool MayBeDestroyed(rd_kafka_t* consumer, bool was_assigned);

}  // namespace serin::stream
