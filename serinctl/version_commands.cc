#include <memory>
#include <string>

#include "serinctl/change_command.h"
#include "serinctl/commands.h"

namespace serin::serinctl {
namespace {

absl::Status Add(Shell& shell, const ChangeOptions& options) {
  auto request = RequestOf<v1::AddVersionRequest>(shell, options);
  request.set_version(options.words[0]);
  request.set_replace(options.replace);
  for (const std::string& endpoint : options.endpoints) {
    request.mutable_definition()->add_endpoints(endpoint);
  }
  return MakeChange(shell, options, &AdminClient::Stub::AddVersion, request);
}

absl::Status Remove(Shell& shell, const ChangeOptions& options) {
  auto request = RequestOf<v1::RemoveVersionRequest>(shell, options);
  request.set_version(options.words[0]);
  return MakeChange(shell, options, &AdminClient::Stub::RemoveVersion, request,
                    "takes version " + options.words[0] + " away");
}

absl::Status SetState(Shell& shell, const ChangeOptions& options, v1::VersionState state) {
  auto request = RequestOf<v1::SetVersionStateRequest>(shell, options);
  request.set_version(options.words[0]);
  request.set_state(state);
  return MakeChange(shell, options, &AdminClient::Stub::SetVersionState, request);
}

absl::Status Drain(Shell& shell, const ChangeOptions& options) {
  return SetState(shell, options, v1::DRAINED);
}

absl::Status Activate(Shell& shell, const ChangeOptions& options) {
  return SetState(shell, options, v1::ACTIVE);
}

CLI::App* AddVerb(CLI::App& version, Shell& shell, const std::shared_ptr<ChangeOptions>& options,
                  const char* name, const char* text, RunChange run) {
  CLI::App* command = AddChange(version, shell, options, name, text, run);
  command->add_option("version", options->words, "The version, for example v3")
      ->required()
      ->expected(1);
  return command;
}

}  // namespace

void AddVersionCommands(CLI::App& app, Shell& shell) {
  CLI::App* version = app.add_subcommand("version", "Change the versions of a route");
  version->require_subcommand(1);
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* add = AddVerb(*version, shell, options, "add",
                          "Define a version, or define it anew; it starts with weight 0", Add);
  add->add_option("--endpoint", options->endpoints,
                  "host:port, or dns:///host:port for every address of a name; may be repeated")
      ->required();
  add->add_flag("--replace", options->replace, "The version may exist");
  AddVerb(*version, shell, std::make_shared<ChangeOptions>(), "drain",
          "Let a version of weight 0 have no requests at all, not even those that name it", Drain);
  AddVerb(*version, shell, std::make_shared<ChangeOptions>(), "activate",
          "Let a drained version have requests again", Activate);
  AddVerb(*version, shell, std::make_shared<ChangeOptions>(), "remove",
          "Take a version of weight 0 away", Remove);
}

}  // namespace serin::serinctl
