#include "serinctl/change_command.h"

#include <unistd.h>

#include <iostream>

#include "absl/strings/str_format.h"

namespace serin::serinctl {

bool IsConfirmed(const v1::SetWeightsResponse& plan, const std::string& danger) {
  if (isatty(STDIN_FILENO) == 0) {
    std::cerr << absl::StrFormat(
        "serinctl: this %s (%.2f%% of the keys move); give --yes to do it\n", danger,
        100 * plan.moved_share());
    return false;
  }
  std::cerr << ChangeText(plan, true) << "This " << danger << ". Do it? [y/N] ";
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

void AddChangeOptions(CLI::App& command, ChangeOptions& options) {
  command.add_option("--reason", options.reason, "Why, for the history");
  command.add_option("--actor", options.actor, "Who, for the history; default: your address");
  command.add_option("--expected-revision", options.expected_revision,
                     "Fail when the route has another revision");
  command.add_flag("--dry-run", options.dry_run, "Check and show, change nothing");
  command.add_flag("--yes,-y", options.yes, "Do not ask, even if it is dangerous");
}

void AddForce(CLI::App& command, ChangeOptions& options) {
  command.add_flag("--force", options.force, "Give weight to a version without a ready endpoint");
}

CLI::App* AddChange(CLI::App& app, Shell& shell, const std::shared_ptr<ChangeOptions>& options,
                    const char* name, const char* text, RunChange run) {
  CLI::App* command = app.add_subcommand(name, text);
  AddChangeOptions(*command, *options);
  command->callback([&shell, options, run] { shell.End(run(shell, *options)); });
  return command;
}

}  // namespace serin::serinctl
