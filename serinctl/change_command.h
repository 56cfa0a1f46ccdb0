#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "serinctl/commands.h"
#include "serinctl/exit_code.h"
#include "serinctl/route_text.h"

namespace serin::serinctl {

// A change that moves more than this share of the keys has to be confirmed.
inline constexpr double kDangerousShare = 0.5;

// What commands that change a route take.
struct ChangeOptions {
  std::vector<std::string> words;
  std::vector<std::string> endpoints;
  uint64_t revision = 0;
  uint64_t expected_revision = 0;
  std::string reason;
  std::string actor;
  std::string ttl;
  bool replace = false;
  bool dry_run = false;
  bool force = false;
  bool yes = false;
};

using RunChange = absl::Status (*)(Shell&, const ChangeOptions&);

// Options of every change, and the one of those that give weight.
void AddChangeOptions(CLI::App& command, ChangeOptions& options);
void AddForce(CLI::App& command, ChangeOptions& options);

// A subcommand that runs `run`. `shell` must outlive the app.
CLI::App* AddChange(CLI::App& app, Shell& shell, const std::shared_ptr<ChangeOptions>& options,
                    const char* name, const char* text, RunChange run);

// Shows the plan and asks; what cannot ask, because it is on no terminal, says no.
bool IsConfirmed(const v1::SetWeightsResponse& plan, const std::string& danger);

template <typename Request>
Request RequestOf(const Shell& shell, const ChangeOptions& options) {
  Request request;
  request.set_route(shell.route);
  request.set_expected_revision(options.expected_revision);
  request.set_reason(options.reason);
  request.set_actor(options.actor);
  if constexpr (requires { request.set_force(true); }) request.set_force(options.force);
  return request;
}

// A dangerous change is planned by a dry run, shown, and made on the revision that was shown.
// `danger`: why it is dangerous in any case; empty: when it is forced or moves many keys.
template <typename Method, typename Request>
absl::Status MakeChange(Shell& shell, const ChangeOptions& options, Method method, Request request,
                        std::string danger = "") {
  SERIN_ASSIGN_OR_RETURN(AdminClient client, AdminClient::Open(shell.connection));
  request.set_dry_run(true);
  SERIN_ASSIGN_OR_RETURN(v1::SetWeightsResponse result, client.Call(method, request));
  if (!options.dry_run) {
    if (danger.empty() && options.force) danger = "is forced";
    if (danger.empty() && result.moved_share() > kDangerousShare) danger = "moves many keys";
    if (!danger.empty() && !options.yes) {
      if (!IsConfirmed(result, danger)) {
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

}  // namespace serin::serinctl
