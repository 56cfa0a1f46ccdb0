// serinctl: look at and change the split of a running router.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "serinctl/commands.h"
#include "serinctl/completion.h"
#include "serinctl/exit_code.h"

namespace serin::serinctl {
namespace {

void AddConnectionOptions(CLI::App& app, Shell& shell) {
  ConnectionOptions& connection = shell.connection;
  app.add_option("--address", connection.address, "The router's CanaryAdmin")
      ->envname("SERINCTL_ADDRESS")
      ->capture_default_str();
  app.add_option("--route", shell.route, "The route; default: the router's first");
  app.add_option("--tls-ca", connection.tls.ca, "PEM file of roots: speak TLS")
      ->envname("SERINCTL_TLS_CA");
  app.add_option("--tls-cert", connection.tls.certificate, "PEM file: the client's certificate");
  app.add_option("--tls-key", connection.tls.private_key, "PEM file: its private key");
  app.add_option("--token-file", connection.token_file, "File with the bearer token")
      ->envname("SERINCTL_TOKEN_FILE");
  app.add_option("--output,-o", shell.output, "table, json or yaml")
      ->check(CLI::IsMember({"table", "json", "yaml"}))
      ->capture_default_str();
}

void AddCompletion(CLI::App& app) {
  CLI::App* completion =
      app.add_subcommand("completion", "Print what a shell needs to complete: source <(...)");
  const auto shell_name = std::make_shared<std::string>();
  completion->add_option("shell", *shell_name, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  completion->callback([shell_name] { std::cout << CompletionScript(*shell_name); });
}

int Main(int argc, char** argv) {
  CLI::App app("Looks at and changes the split of a running serin-router.");
  Shell shell;
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Ends with 0 when done, 2 for a conflict (stale revision, version not ready), 3 when the "
      "router\ncannot be reached or cannot persist, 4 when it refuses the caller, 5 for what is "
      "unknown, 6 for a\ndangerous change nobody confirmed, 64 for wrong arguments, else 1.");
  AddConnectionOptions(app, shell);
  AddLookingCommands(app, shell);
  AddChangingCommands(app, shell);
  AddVersionCommands(app, shell);
  AddPredictCommand(app, shell);
  AddCompletion(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return shell.exit_code;
}

}  // namespace
}  // namespace serin::serinctl

int main(int argc, char** argv) { return serin::serinctl::Main(argc, argv); }
