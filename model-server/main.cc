#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "common/config/config_loader.h"
#include "common/config/config_printer.h"
#include "common/lifecycle/process_setup.h"
#include "common/lifecycle/shutdown_signal.h"
#include "common/telemetry/logging.h"
#include "common/telemetry/version.h"
#include "model-server/model_server.h"
#include "model-server/model_server_config.h"
#include "model-server/repository/large_blocks.h"

namespace {

// A line a version: model, version, whether it is selected, its folder.
int ListModels(const serin::v1::config::ModelServerConfig& config) {
  using namespace serin::model_server;  // NOLINT(google-build-using-namespace): one small function
  const auto disk = ScanRepository(config.repository().path());
  if (!disk.ok()) {
    std::fprintf(stderr, "%s\n", std::string(disk.status().message()).c_str());
    return serin::kExitBadConfig;
  }
  const auto wanted = WantedVersions(*disk, SelectionOf(config.repository()), {});
  for (const auto& [id, folder] : *disk) {
    std::printf("%-20s %-10s %-10s %s\n", id.model.c_str(), id.version.c_str(),
                wanted.contains(id) ? "selected" : "-", folder.path.c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("serin-model-server: serves versions of models over gRPC");
  std::string config_path;
  bool check_config = false;
  bool list_models = false;
  app.add_option("--config", config_path, "YAML file, see docs/configuration.md")->required();
  app.add_flag("--check-config", check_config, "check the file, print it with defaults, and end");
  app.add_flag("--list-models", list_models, "list what the repository holds and what is selected");
  app.set_version_flag("--version", serin::kVersion);
  CLI11_PARSE(app, argc, argv);

  const auto config = serin::model_server::LoadModelServerConfig(config_path);
  if (!config.ok()) {
    std::fprintf(stderr, "%s\n", std::string(config.status().message()).c_str());
    return serin::kExitBadConfig;
  }
  if (check_config) {
    std::fputs(serin::PrintConfig(*config).c_str(), stdout);
    return 0;
  }
  if (list_models) return ListModels(*config);

  serin::SetUpProcess();
  serin::model_server::GiveBackLargeBlocks();
  serin::ShutdownSignal shutdown;
  serin::InitLogging("serin-model-server", config->log().level(), config->log().format());
  auto server = serin::model_server::ModelServer::Start(*config);
  if (!server.ok()) {
    spdlog::error("cannot start:\n{}", std::string(server.status().message()));
    return absl::IsInvalidArgument(server.status()) ? serin::kExitBadConfig : serin::kExitFailed;
  }
  shutdown.OnReload([&server] { (*server)->Reload(); });
  shutdown.Wait();
  shutdown.OnReload(nullptr);
  spdlog::info("draining: {} more of service, then at most {} for what is in flight",
               config->drain_delay(), config->drain_timeout());
  (*server)->Drain(serin::ConfigDuration(config->drain_delay()),
                   serin::ConfigDuration(config->drain_timeout()));
  spdlog::info("stopped");
}
