// serinctl: look at and change the split of a running router.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "serinctl/admin_client.h"
#include "serinctl/route_text.h"
#include "serinctl/weights_argument.h"

namespace serin::serinctl {
namespace {

constexpr int kUsageError = 64;
constexpr absl::Duration kTimeout = absl::Seconds(5);

struct Options {
  std::string address = "127.0.0.1:50060";
  std::vector<std::string> weights;
  v1::SetWeightsRequest request;
  std::string route;
};

int Fail(const absl::Status& status, int exit_code) {
  std::cerr << "serinctl: " << absl::StatusCodeToString(status.code()) << ": " << status.message()
            << std::endl;
  return exit_code;
}

int ShowStatus(const Options& options) {
  const auto route = AdminClient(options.address, kTimeout).GetRoute(options.route);
  if (!route.ok()) return Fail(route.status(), EXIT_FAILURE);
  std::cout << RouteText(*route);
  return EXIT_SUCCESS;
}

int ChangeWeights(Options options) {
  const auto weights = ParseWeights(options.weights);
  if (!weights.ok()) return Fail(weights.status(), kUsageError);
  for (const auto& [version, weight] : *weights) {
    (*options.request.mutable_weights())[version] = weight;
  }
  options.request.set_route(options.route);
  const auto response = AdminClient(options.address, kTimeout).SetWeights(options.request);
  if (!response.ok()) return Fail(response.status(), EXIT_FAILURE);
  std::cout << RouteText(response->route())
            << absl::StrFormat("  %.2f%% of the keys %s to another version\n",
                               100 * response->moved_share(),
                               options.request.dry_run() ? "would move" : "moved");
  return EXIT_SUCCESS;
}

void AddStatus(CLI::App& app, Options& options, int& exit_code) {
  CLI::App* status = app.add_subcommand("status", "Show a route: weights, shares, endpoints");
  status->callback([&] { exit_code = ShowStatus(options); });
}

void AddWeights(CLI::App& app, Options& options, int& exit_code) {
  CLI::App* weights = app.add_subcommand("weights", "Replace the weights of a route");
  weights->add_option("weights", options.weights, "VERSION=WEIGHT ...")->required();
  weights->add_option_function<std::string>(
      "--reason", [&](const std::string& text) { options.request.set_reason(text); },
      "Why, for the history");
  weights->add_option_function<uint64_t>(
      "--expected-revision",
      [&](uint64_t revision) { options.request.set_expected_revision(revision); },
      "Fail when the route has another revision");
  weights->add_flag_callback(
      "--dry-run", [&] { options.request.set_dry_run(true); }, "Check, change nothing");
  weights->add_flag_callback(
      "--force", [&] { options.request.set_force(true); },
      "Give weight to a version without a ready endpoint");
  weights->callback([&] { exit_code = ChangeWeights(options); });
}

}  // namespace
}  // namespace serin::serinctl

int main(int argc, char** argv) {
  CLI::App app("Looks at and changes the split of a running serin-router.");
  serin::serinctl::Options options;
  int exit_code = EXIT_SUCCESS;
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--address", options.address, "The router's CanaryAdmin")->capture_default_str();
  app.add_option("--route", options.route, "The route; default: the router's first");
  serin::serinctl::AddStatus(app, options, exit_code);
  serin::serinctl::AddWeights(app, options, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? exit_code : serin::serinctl::kUsageError;
  }
  return exit_code;
}
