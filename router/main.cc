#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "common/config/config_faults.h"
#include "common/config/config_printer.h"
#include "common/lifecycle/process_setup.h"
#include "common/lifecycle/shutdown_signal.h"
#include "common/telemetry/logging.h"
#include "common/telemetry/version.h"
#include "router/router.h"
#include "router/router_config.h"

// How long Kafka is left alone between two tries; each waits for it besides.
constexpr absl::Duration kKafkaPause = absl::Seconds(1);

int main(int argc, char** argv) {
  CLI::App app("serin-router: splits predictions between the versions of a model, exactly");
  std::string config_path;
  bool check_config = false;
  app.add_option("--config", config_path, "YAML file, see docs/configuration.md")->required();
  app.add_flag("--check-config", check_config, "check the file, print it with defaults, and end");
  app.set_version_flag("--version", serin::kVersion);
  CLI11_PARSE(app, argc, argv);

  serin::v1::config::RouterConfig config;
  const absl::Status loaded = serin::router::LoadRouterConfig(config_path, config);
  if (!loaded.ok()) {
    std::fprintf(stderr, "%s\n", std::string(loaded.message()).c_str());
    return serin::kExitBadConfig;
  }
  if (check_config) {
    std::fputs(serin::PrintConfig(config).c_str(), stdout);
    return 0;
  }
  serin::SetUpProcess();
  serin::ShutdownSignal shutdown;
  serin::InitLogging("serin-router", config.log().level(), config.log().format());
  const auto wait_for_kafka = [&](const absl::Status& reason) {
    spdlog::warn("waiting for the revision log at {}: {}", config.revision_log().kafka().brokers(),
                 std::string(reason.message()));
    return !shutdown.WaitFor(kKafkaPause);
  };
  auto router = serin::router::Router::Start(config, config_path, wait_for_kafka);
  if (!router.ok()) {
    if (shutdown.WaitFor(absl::ZeroDuration())) return 0;
    spdlog::error("cannot start: {}", std::string(router.status().message()));
    return serin::kExitFailed;
  }
  shutdown.OnReload([&router] { (*router)->Reload(); });
  shutdown.Wait();
  shutdown.OnReload(nullptr);
  spdlog::info("draining, for at most {}", config.drain_timeout());
  (*router)->Drain();
  spdlog::info("stopped");
}
