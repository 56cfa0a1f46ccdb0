#pragma once

#include <CLI/CLI.hpp>

namespace serin::stream {

// `serin-stream run`. Its exit code is 0 after a run that ended as it should (also by SIGTERM), 64
// for a bad config, and 1 when the run failed.
void AddRunCommand(CLI::App& app, int& exit_code);

}  // namespace serin::stream
