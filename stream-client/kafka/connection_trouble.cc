#include "stream-client/kafka/connection_trouble.h"

#include <spdlog/spdlog.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace serin::stream {
namespace {

constexpr absl::Duration kWarningInterval = absl::Seconds(10);

constexpr char kCheckPassword[] =
    "; check sasl.username, sasl.password and sasl.mechanism in kafka.properties (or -X, -F)";
constexpr char kCheckCa[] =
    "; check ssl.ca.location in kafka.properties (or -X, -F), and that the brokers' certificate "
    "names the host of their address";

// What to check; null when the error passes by itself.
const char* AdviceFor(rd_kafka_resp_err_t error, const std::string& reason) {
  if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) return kCheckPassword;
  // Other failed handshakes happen while a broker restarts.
  const bool untrusted = error == RD_KAFKA_RESP_ERR__SSL && absl::StrContains(reason, "verif");
  return untrusted ? kCheckCa : nullptr;
}

}  // namespace

void ConnectionTrouble::Note(rd_kafka_resp_err_t error, const std::string& reason, absl::Time now) {
  spdlog::debug("kafka: {}: {}", rd_kafka_err2name(error), reason);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;  // says nothing of why
  reason_ = reason;
  const char* const advice = AdviceFor(error, reason);
  if (advice == nullptr) return;
  refusal_ = absl::UnauthenticatedError(absl::StrCat("kafka: ", reason, advice));
  if (now < next_warning_) return;
  next_warning_ = now + kWarningInterval;
  spdlog::warn("{}", std::string(refusal_.message()));
}

void ConnectionTrouble::Forget() {
  reason_.clear();
  refusal_ = absl::OkStatus();
}

absl::Status ConnectionTrouble::Explain(const absl::Status& failed) const {
  if (!refusal_.ok()) return refusal_;
  if (reason_.empty()) return failed;
  return {failed.code(), absl::StrCat(failed.message(), " (", reason_, ")")};
}

}  // namespace serin::stream
