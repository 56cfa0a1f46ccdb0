#include "router/open_revision_log.h"

#include "router/revisions/file_revision_log.h"
#include "router/revisions/kafka_revision_log.h"

namespace serin::router {

absl::StatusOr<std::unique_ptr<RevisionLog>> OpenRevisionLog(
    const v1::config::RevisionLogConfig& config) {
  if (!config.kafka().brokers().empty()) return KafkaRevisionLog::Open(config.kafka());
  return FileRevisionLog::Open(config.path(), config.keep());
}

}  // namespace serin::router
