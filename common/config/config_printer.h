#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace serin {

// The config as YAML with every key, defaults included and secrets as stars.
std::string PrintConfig(const google::protobuf::Message& config);

}  // namespace serin
