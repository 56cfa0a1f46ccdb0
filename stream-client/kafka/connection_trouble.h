#pragma once

#include <string>

#include <librdkafka/rdkafka.h>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace serin::stream {

// Why brokers cannot be reached, as librdkafka's error callback has it; a question to the cluster
// that fails for that says only that there was no answer. Belongs to one thread.
class ConnectionTrouble {
 public:
  // From the error callback. In the log as a warning, now and then, when it is a refusal.
  void Note(rd_kafka_resp_err_t error, const std::string& reason, absl::Time now);
  // A new attempt begins.
  void Forget();

  // UNAUTHENTICATED, with what to check, when a broker has refused our credentials or we cannot
  // trust it: waiting does not mend that. OK otherwise.
  const absl::Status& refusal() const { return refusal_; }

  // The refusal if there is one, else the failed question's status with the last reason.
  absl::Status Explain(const absl::Status& failed) const;

 private:
  std::string reason_;
  absl::Status refusal_;
  absl::Time next_warning_ = absl::InfinitePast();
};

}  // namespace serin::stream
