#include <iostream>

#include "serinctl/commands.h"
#include "serinctl/exit_code.h"
#include "serinctl/output.h"

namespace serin::serinctl {

void Shell::End(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "serinctl: " << absl::StatusCodeToString(status.code()) << ": " << status.message()
            << std::endl;
  exit_code = ExitCode(status);
}

void Shell::Print(const google::protobuf::Message& message, const std::string& table) const {
  std::cout << (output == "table" ? table : FormatMessage(message, output)) << std::flush;
}

}  // namespace serin::serinctl
