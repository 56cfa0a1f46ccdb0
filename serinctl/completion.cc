#include "serinctl/completion.h"

namespace serin::serinctl {
namespace {

// One script for both: zsh reads bash's with bashcompinit. Versions are asked of the router.
constexpr char kBash[] = R"sh(_serinctl() {
  local word="${COMP_WORDS[COMP_CWORD]}" words
  case "${COMP_WORDS[COMP_CWORD-1]}" in
    serinctl) words="status weights version history rollback reset explain predict completion --help" ;;
    weights) words="set shift" ;;
    version) words="add drain activate remove" ;;
    shift | drain | activate | remove | --version) words="$(serinctl versions 2>/dev/null)" ;;
    set) words="$(serinctl versions --suffix = 2>/dev/null)" ;;
    completion) words="bash zsh" ;;
    -o | --output) words="table json yaml" ;;
    *) words="--address --route --output --tls-ca --tls-cert --tls-key --token-file --reason --yes
              --dry-run --force --endpoint --replace --expected-revision --ttl --key --sequence --revision --watch" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o nosort -F _serinctl serinctl
)sh";

}  // namespace

std::string CompletionScript(const std::string& shell) {
  if (shell == "zsh") return std::string("autoload -U +X bashcompinit && bashcompinit\n") + kBash;
  return kBash;
}

}  // namespace serin::serinctl
