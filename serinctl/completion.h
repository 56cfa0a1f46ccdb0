#pragma once

#include <string>

namespace serin::serinctl {

// The completion script of a shell, bash or zsh, to be sourced.
std::string CompletionScript(const std::string& shell);

}  // namespace serin::serinctl
