#pragma once

#include <CLI/CLI.hpp>

namespace serin::stream {

// `serin-stream replay`: sends the dead letters of a topic, up to its present end, back to the
// topics they came from. Its exit code is 0 when every one that was chosen is sent, 64 for bad
// flags, and 1 otherwise.
void AddReplayCommand(CLI::App& app, int& exit_code);

}  // namespace serin::stream
