#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/status.h"
#include "serinctl/admin_client.h"

namespace serin::serinctl {

// What every command takes, and how the process is to end.
struct Shell {
  ConnectionOptions connection;
  std::string route;
  std::string output = "table";
  int exit_code = 0;

  // Tells an error and sets the exit code; OK changes nothing.
  void End(const absl::Status& status);
  // The message in the form the caller asked for; `table` is the form for people.
  void Print(const google::protobuf::Message& message, const std::string& table) const;
};

// Each adds its subcommands. `shell` must outlive the app.
void AddLookingCommands(CLI::App& app, Shell& shell);
void AddChangingCommands(CLI::App& app, Shell& shell);
void AddVersionCommands(CLI::App& app, Shell& shell);
void AddPredictCommand(CLI::App& app, Shell& shell);

}  // namespace serin::serinctl
