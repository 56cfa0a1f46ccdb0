#include "serinctl/connection.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <fstream>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"

namespace serin::serinctl {

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const std::string& address,
                                                           const TlsFiles& tls) {
  SERIN_ASSIGN_OR_RETURN(const auto credentials, MakeChannelCredentials(tls));
  return grpc::CreateChannel(address, credentials);
}

absl::StatusOr<std::string> ReadToken(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (!words.empty() && words[0][0] != '#') return words.back();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--token-file ", path, ": expected a readable file with a token"));
}

}  // namespace serin::serinctl
