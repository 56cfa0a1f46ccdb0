#include <CLI/CLI.hpp>

#include "common/config/config_loader.h"
#include "common/lifecycle/process_setup.h"
#include "common/telemetry/version.h"
#include "stream-client/cli/produce_command.h"
#include "stream-client/cli/replay_command.h"
#include "stream-client/cli/run_command.h"

int main(int argc, char** argv) {
  serin::SetUpProcess();
  CLI::App app("Scores the records of a Kafka topic through a Serin router.", "serin-stream");
  app.set_version_flag("--version", std::string(serin::kVersion));
  app.require_subcommand(1);
  int exit_code = 0;
  serin::stream::AddRunCommand(app, exit_code);
  serin::stream::AddProduceCommand(app, exit_code);
  serin::stream::AddReplayCommand(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : serin::kExitBadConfig;
  }
  return exit_code;
}
