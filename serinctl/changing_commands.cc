#include <unistd.h>

#include <iostream>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "serinctl/commands.h"
#include "serinctl/exit_code.h"
#include "serinctl/route_text.h"
#include "serinctl/shift.h"
#include "serinctl/weights_argument.h"

namespace serin::serinctl {
namespace {

// A change that moves more than this share of the keys has to be confirmed.
constexpr double kDangerousShare = 0.5;

struct ChangeOptions {
  std::vector<std::string> words;
  uint64_t revision = 0;
  uint64_t expected_revision = 0;
  std::string reason;
  std::string actor;
  std::string ttl;
  bool dry_run = false;
  bool force = false;
  bool yes = false;
};

using Options = std::shared_ptr<ChangeOptions>;

template <typename Request>
Request RequestOf(const Shell& shell, const ChangeOptions& options) {
  Request request;
  request.set_route(shell.route);
  request.set_expected_revision(options.expected_revision);
  request.set_reason(options.reason);
  request.set_actor(options.actor);
  request.set_force(options.force);
  return request;
}

bool IsConfirmed(const v1::SetWeightsResponse& plan, bool force) {
  if (isatty(STDIN_FILENO) == 0) {
    std::cerr << absl::StrFormat("serinctl: this %s%.2f%% of the keys; give --yes to do it\n",
                                 force ? "is forced and moves " : "moves ",
                                 100 * plan.moved_share());
    return false;
  }
  std::cerr << ChangeText(plan, true) << "Do it? [y/N] ";
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

// A dangerous change is planned by a dry run, shown, and made on the revision that was shown.
template <typename Method, typename Request>
absl::Status Make(Shell& shell, const ChangeOptions& options, Method method, Request request) {
  SERIN_ASSIGN_OR_RETURN(AdminClient client, AdminClient::Open(shell.connection));
  request.set_dry_run(true);
  SERIN_ASSIGN_OR_RETURN(v1::SetWeightsResponse result, client.Call(method, request));
  if (!options.dry_run) {
    const bool dangerous = options.force || result.moved_share() > kDangerousShare;
    if (dangerous && !options.yes) {
      if (!IsConfirmed(result, options.force)) {
        shell.exit_code = kExitNotConfirmed;
        return absl::OkStatus();
      }
      request.set_expected_revision(result.route().revision() - 1);
    }
    request.set_dry_run(false);
    SERIN_ASSIGN_OR_RETURN(result, client.Call(method, request));
  }
  shell.Print(result, ChangeText(result, options.dry_run));
  return absl::OkStatus();
}

absl::Status SetTtl(const std::string& text, v1::SetWeightsRequest& request) {
  if (text.empty()) return absl::OkStatus();
  absl::Duration ttl;
  if (!absl::ParseDuration(text, &ttl)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--ttl: expected a time such as 30s, 10m or 2h, got '", text, "'"));
  }
  const int64_t nanos = absl::ToInt64Nanoseconds(ttl);
  request.mutable_ttl()->set_seconds(nanos / 1'000'000'000);
  request.mutable_ttl()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  return absl::OkStatus();
}

// [ROUTE] VERSION=WEIGHT ...
absl::Status SetWeights(Shell& shell, const ChangeOptions& options) {
  std::vector<std::string> words = options.words;
  if (!words.empty() && words[0].find('=') == std::string::npos) {
    shell.route = words[0];
    words.erase(words.begin());
  }
  if (words.empty())
    return absl::InvalidArgumentError("expected VERSION=WEIGHT, for example v1=80");
  SERIN_ASSIGN_OR_RETURN(const Weights weights, ParseWeights(words));
  auto request = RequestOf<v1::SetWeightsRequest>(shell, options);
  request.mutable_weights()->insert(weights.begin(), weights.end());
  SERIN_RETURN_IF_ERROR(SetTtl(options.ttl, request));
  return Make(shell, options, &AdminClient::Stub::SetWeights, request);
}

// VERSION POINTS
absl::Status ShiftWeights(Shell& shell, const ChangeOptions& options) {
  SERIN_ASSIGN_OR_RETURN(AdminClient client, AdminClient::Open(shell.connection));
  v1::GetRouteRequest look;
  look.set_route(shell.route);
  SERIN_ASSIGN_OR_RETURN(const v1::Route route, client.Call(&AdminClient::Stub::GetRoute, look));
  SERIN_ASSIGN_OR_RETURN(const auto weights,
                         ShiftedWeights(route, options.words[0], options.words[1]));
  auto request = RequestOf<v1::SetWeightsRequest>(shell, options);
  request.mutable_weights()->insert(weights.begin(), weights.end());
  // The shift is relative to what was seen.
  if (request.expected_revision() == 0) request.set_expected_revision(route.revision());
  SERIN_RETURN_IF_ERROR(SetTtl(options.ttl, request));
  return Make(shell, options, &AdminClient::Stub::SetWeights, request);
}

absl::Status Rollback(Shell& shell, const ChangeOptions& options) {
  auto request = RequestOf<v1::RollbackRequest>(shell, options);
  request.set_revision(options.revision);
  return Make(shell, options, &AdminClient::Stub::Rollback, request);
}

absl::Status Reset(Shell& shell, const ChangeOptions& options) {
  return Make(shell, options, &AdminClient::Stub::ResetWeights,
              RequestOf<v1::ResetWeightsRequest>(shell, options));
}

void AddChangeOptions(CLI::App& command, ChangeOptions& options) {
  command.add_option("--reason", options.reason, "Why, for the history");
  command.add_option("--actor", options.actor, "Who, for the history; default: your address");
  command.add_option("--expected-revision", options.expected_revision,
                     "Fail when the route has another revision");
  command.add_flag("--dry-run", options.dry_run, "Check and show, change nothing");
  command.add_flag("--force", options.force, "Give weight to a version without a ready endpoint");
  command.add_flag("--yes,-y", options.yes,
                   "Do not ask, even if it is forced or moves more than half of the keys");
}

using Run = absl::Status (*)(Shell&, const ChangeOptions&);

CLI::App* AddChange(CLI::App& app, Shell& shell, const Options& options, const char* name,
                    const char* text, Run run) {
  CLI::App* command = app.add_subcommand(name, text);
  AddChangeOptions(*command, *options);
  command->callback([&shell, options, run] { shell.End(run(shell, *options)); });
  return command;
}

void AddWeights(CLI::App& app, Shell& shell) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* weights = app.add_subcommand("weights", "Change the weights of a route");
  // `weights v1=50 v2=50` is short for `weights set v1=50 v2=50`.
  AddChangeOptions(*weights, *options);
  weights->add_option("--ttl", options->ttl, "Take the change back after this time, such as 10m");
  weights->add_option("weights", options->words, "VERSION=WEIGHT ...");
  weights->callback([&shell, options, weights] {
    if (weights->get_subcommands().empty()) shell.End(SetWeights(shell, *options));
  });
  const auto of_set = std::make_shared<ChangeOptions>();
  CLI::App* set = AddChange(*weights, shell, of_set, "set", "Replace all weights", SetWeights);
  set->add_option("weights", of_set->words, "[ROUTE] VERSION=WEIGHT ...")->required();
  set->add_option("--ttl", of_set->ttl, "Take the change back after this time, such as 10m");
  const auto of_shift = std::make_shared<ChangeOptions>();
  CLI::App* shift = AddChange(*weights, shell, of_shift, "shift",
                              "Give a version more or less, the others share it", ShiftWeights);
  shift->add_option("shift", of_shift->words, "VERSION POINTS, for example v2 +10")
      ->required()
      ->expected(2);
  shift->add_option("--ttl", of_shift->ttl, "Take the change back after this time, such as 10m");
}

}  // namespace

void AddChangingCommands(CLI::App& app, Shell& shell) {
  AddWeights(app, shell);
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* rollback = AddChange(app, shell, options, "rollback",
                                 "Go back to a past revision, key for key", Rollback);
  rollback->add_option("revision", options->revision, "Default: the one before the current one");
  AddChange(app, shell, std::make_shared<ChangeOptions>(), "reset",
            "Go back to the weights of the config file", Reset);
}

}  // namespace serin::serinctl
