#include "router/open_revision_log.h"

#include "router/revisions/file_revision_log.h"
#include "router/revisions/kafka_revision_log.h"

namespace serin::router {

absl::StatusOr<std::unique_ptr<RevisionLog>> OpenRevisionLog(
    const v1::config::RevisionLogConfig& config, const KeepTrying& keep_trying) {
  if (config.kafka().brokers().empty()) {
    return FileRevisionLog::Open(config.path(), config.keep());
  }
  while (true) {
    auto log = KafkaRevisionLog::Open(config.kafka());
    if (log.ok() || !absl::IsUnavailable(log.status()) || !keep_trying) return log;
    if (!keep_trying(log.status())) return log;
  }
}

}  // namespace serin::router
