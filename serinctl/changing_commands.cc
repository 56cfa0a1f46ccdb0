#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "serinctl/change_command.h"
#include "serinctl/commands.h"
#include "serinctl/shift.h"
#include "serinctl/weights_argument.h"

namespace serin::serinctl {
namespace {

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
  return MakeChange(shell, options, &AdminClient::Stub::SetWeights, request);
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
  return MakeChange(shell, options, &AdminClient::Stub::SetWeights, request);
}

absl::Status Rollback(Shell& shell, const ChangeOptions& options) {
  auto request = RequestOf<v1::RollbackRequest>(shell, options);
  request.set_revision(options.revision);
  return MakeChange(shell, options, &AdminClient::Stub::Rollback, request);
}

absl::Status Reset(Shell& shell, const ChangeOptions& options) {
  return MakeChange(shell, options, &AdminClient::Stub::ResetWeights,
                    RequestOf<v1::ResetWeightsRequest>(shell, options));
}

CLI::App* AddForcible(CLI::App& app, Shell& shell, const std::shared_ptr<ChangeOptions>& options,
                      const char* name, const char* text, RunChange run) {
  CLI::App* command = AddChange(app, shell, options, name, text, run);
  AddForce(*command, *options);
  return command;
}

void AddWeights(CLI::App& app, Shell& shell) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* weights = app.add_subcommand("weights", "Change the weights of a route");
  // `weights v1=50 v2=50` is short for `weights set v1=50 v2=50`.
  AddChangeOptions(*weights, *options);
  AddForce(*weights, *options);
  weights->add_option("--ttl", options->ttl, "Take the change back after this time, such as 10m");
  weights->add_option("weights", options->words, "VERSION=WEIGHT ...");
  weights->callback([&shell, options, weights] {
    if (weights->get_subcommands().empty()) shell.End(SetWeights(shell, *options));
  });
  const auto of_set = std::make_shared<ChangeOptions>();
  CLI::App* set = AddForcible(*weights, shell, of_set, "set", "Replace all weights", SetWeights);
  set->add_option("weights", of_set->words, "[ROUTE] VERSION=WEIGHT ...")->required();
  set->add_option("--ttl", of_set->ttl, "Take the change back after this time, such as 10m");
  const auto of_shift = std::make_shared<ChangeOptions>();
  CLI::App* shift = AddForcible(*weights, shell, of_shift, "shift",
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
  CLI::App* rollback = AddForcible(app, shell, options, "rollback",
                                   "Go back to a past revision, key for key", Rollback);
  rollback->add_option("revision", options->revision, "Default: the one before the current one");
  AddForcible(app, shell, std::make_shared<ChangeOptions>(), "reset",
              "Go back to the weights and versions of the config file", Reset);
}

}  // namespace serin::serinctl
