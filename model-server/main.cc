#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "common/config/config_loader.h"
#include "common/config/config_printer.h"
#include "common/lifecycle/shutdown_signal.h"
#include "common/telemetry/logging.h"
#include "common/telemetry/version.h"
#include "model-server/model_server.h"

int main(int argc, char** argv) {
  CLI::App app("serin-model-server: serves one version of a model over gRPC");
  std::string config_path;
  bool check_config = false;
  app.add_option("--config", config_path, "YAML file, see docs/configuration.md")->required();
  app.add_flag("--check-config", check_config, "check the file, print it with defaults, and end");
  app.set_version_flag("--version", serin::kVersion);
  CLI11_PARSE(app, argc, argv);

  serin::v1::config::ModelServerConfig config;
  if (absl::Status status = serin::LoadConfig(config_path, config); !status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return serin::kExitBadConfig;
  }
  if (check_config) {
    std::fputs(serin::PrintConfig(config).c_str(), stdout);
    return 0;
  }
  serin::ShutdownSignal shutdown;
  serin::InitLogging("serin-model-server", config.log().level(), config.log().format());
  auto server = serin::model_server::ModelServer::Start(config);
  if (!server.ok()) {
    spdlog::error("cannot start: {}", std::string(server.status().message()));
    return 1;
  }
  shutdown.Wait();
  spdlog::info("draining, for at most {}", config.drain_timeout());
  (*server)->Drain(serin::ConfigDuration(config.drain_timeout()));
  spdlog::info("stopped");
}
