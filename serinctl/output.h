#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace serin::serinctl {

// A message for programs; `format` is json or yaml. Fields have the names of the proto file, and
// those with default values are there too.
std::string FormatMessage(const google::protobuf::Message& message, const std::string& format);

}  // namespace serin::serinctl
