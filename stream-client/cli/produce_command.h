#pragma once

#include <CLI/CLI.hpp>

namespace serin::stream {

// `serin-stream produce`. Its exit code is 0 when every message was delivered, 64 for bad flags,
// and 1 otherwise.
void AddProduceCommand(CLI::App& app, int& exit_code);

}  // namespace serin::stream
