// Any file is a config, or a list of faults that name it; the same each time.

#include <string>

#include "absl/strings/match.h"
#include "common/config/config_loader.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"
#include "serin/v1/config/model_server.pb.h"
#include "serin/v1/config/router.pb.h"
#include "serin/v1/config/stream.pb.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

template <typename Config>
void CheckConfig(std::string_view yaml) {
  Config config;
  const absl::Status status = serin::ParseConfig(yaml, "fuzz.yaml", config);
  if (!status.ok()) {
    SERIN_CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    SERIN_CHECK(absl::StrContains(status.message(), "fuzz.yaml:"));
  }
  Config again;
  SERIN_CHECK(serin::ParseConfig(yaml, "fuzz.yaml", again) == status);
  if (status.ok()) SERIN_CHECK(config.DebugString() == again.DebugString());
}

}  // namespace

SERIN_FUZZ(input) {
  CheckConfig<serin::v1::config::RouterConfig>(input);
  CheckConfig<serin::v1::config::StreamConfig>(input);
  CheckConfig<serin::v1::config::ModelServerConfig>(input);
}
