#include <unistd.h>

#include <iostream>
#include <memory>

#include "absl/time/clock.h"
#include "serinctl/commands.h"
#include "serinctl/history_text.h"
#include "serinctl/rates.h"
#include "serinctl/route_text.h"

namespace serin::serinctl {
namespace {

struct StatusOptions {
  bool rates = false;
  bool watch = false;
  double interval = 1;
};

absl::StatusOr<v1::Route> GetRoute(AdminClient& client, const std::string& name) {
  v1::GetRouteRequest request;
  request.set_route(name);
  return client.Call(&AdminClient::Stub::GetRoute, request);
}

absl::Status ShowWithRates(AdminClient& client, const Shell& shell, const StatusOptions& options) {
  SERIN_ASSIGN_OR_RETURN(v1::Route before, GetRoute(client, shell.route));
  absl::Time looked_at = absl::Now();
  do {
    absl::SleepFor(absl::Seconds(options.interval));
    SERIN_ASSIGN_OR_RETURN(v1::Route after, GetRoute(client, shell.route));
    const absl::Time now = absl::Now();
    const auto rates = RatesBetween(before, after, now - looked_at);
    // Home and clear: the screen is drawn anew.
    if (options.watch && shell.output == "table" && isatty(STDOUT_FILENO) != 0) {
      std::cout << "\033[H\033[2J";
    }
    shell.Print(after, RouteText(after) + RatesText(after, rates));
    before = std::move(after);
    looked_at = now;
  } while (options.watch && std::cout.good());
  return absl::OkStatus();
}

absl::Status ShowStatus(const Shell& shell, const StatusOptions& options) {
  SERIN_ASSIGN_OR_RETURN(AdminClient client, AdminClient::Open(shell.connection));
  if (options.watch || options.rates) return ShowWithRates(client, shell, options);
  SERIN_ASSIGN_OR_RETURN(const v1::Route route, GetRoute(client, shell.route));
  shell.Print(route, RouteText(route));
  return absl::OkStatus();
}

absl::Status ShowHistory(const Shell& shell, uint32_t limit) {
  SERIN_ASSIGN_OR_RETURN(AdminClient client, AdminClient::Open(shell.connection));
  v1::ListRevisionsRequest request;
  request.set_route(shell.route);
  request.set_limit(limit);
  SERIN_ASSIGN_OR_RETURN(const v1::ListRevisionsResponse history,
                         client.Call(&AdminClient::Stub::ListRevisions, request));
  shell.Print(history, HistoryText(history));
  return absl::OkStatus();
}

absl::Status Explain(const Shell& shell, v1::ExplainAssignmentRequest request) {
  SERIN_ASSIGN_OR_RETURN(AdminClient client, AdminClient::Open(shell.connection));
  request.set_route(shell.route);
  SERIN_ASSIGN_OR_RETURN(const v1::ExplainAssignmentResponse answer,
                         client.Call(&AdminClient::Stub::ExplainAssignment, request));
  shell.Print(answer, answer.version() + ": " + answer.why() + "\n");
  return absl::OkStatus();
}

absl::Status PrintVersions(const Shell& shell, const std::string& suffix) {
  SERIN_ASSIGN_OR_RETURN(AdminClient client, AdminClient::Open(shell.connection));
  SERIN_ASSIGN_OR_RETURN(const v1::Route route, GetRoute(client, shell.route));
  for (const v1::Version& version : route.versions()) {
    std::cout << version.name() << suffix << "\n";
  }
  return absl::OkStatus();
}

void AddStatus(CLI::App& app, Shell& shell) {
  CLI::App* status = app.add_subcommand("status", "Show a route: weights, shares, endpoints");
  const auto options = std::make_shared<StatusOptions>();
  status->add_flag("--rates", options->rates, "Look twice: requests/s, latencies, errors");
  status->add_flag("--watch,-w", options->watch, "The same again and again, until it is ended");
  status->add_option("--interval", options->interval, "Seconds between two looks")
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  status->callback([&shell, options] { shell.End(ShowStatus(shell, *options)); });
}

void AddExplain(CLI::App& app, Shell& shell) {
  CLI::App* explain = app.add_subcommand("explain", "Which version a key or place gets, and why");
  const auto request = std::make_shared<v1::ExplainAssignmentRequest>();
  CLI::Option* key = explain->add_option_function<std::string>(
      "--key", [request](const std::string& text) { request->set_key(text); }, "A routing key");
  explain
      ->add_option_function<uint64_t>(
          "--sequence", [request](uint64_t number) { request->set_sequence(number); },
          "The place of a keyless request under its revision, from 0")
      ->excludes(key);
  explain->add_option_function<uint64_t>(
      "--revision", [request](uint64_t number) { request->set_revision(number); },
      "A past revision; default: the current one");
  explain->callback([&shell, request] { shell.End(Explain(shell, *request)); });
}

}  // namespace

void AddLookingCommands(CLI::App& app, Shell& shell) {
  AddStatus(app, shell);
  AddExplain(app, shell);
  CLI::App* history = app.add_subcommand("history", "The revisions of a route, newest first");
  const auto limit = std::make_shared<uint32_t>(20);
  history->add_option("--limit", *limit, "At most so many")->capture_default_str();
  history->callback([&shell, limit] { shell.End(ShowHistory(shell, *limit)); });
  CLI::App* versions =
      app.add_subcommand("versions", "The names of a route's versions, a line each");
  const auto suffix = std::make_shared<std::string>();
  versions->add_option("--suffix", *suffix, "Put behind each name");
  versions->callback([&shell, suffix] { shell.End(PrintVersions(shell, *suffix)); });
}

}  // namespace serin::serinctl
