#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/config/config_faults.h"
#include "google/protobuf/message.h"

namespace serin {

// Reads a YAML file into a config message of proto/serin/v1/config, whose field options say what is
// required, what the defaults are and which values are allowed.
//
// Errors: INVALID_ARGUMENT with one line `file:key: expected ... got ...` for every fault of the
// file at once: unreadable file, YAML syntax, unknown or duplicate keys, missing required keys,
// wrong types, values out of bounds. A failed load leaves in `config` what of it is right.
absl::Status LoadConfig(const std::string& path, google::protobuf::Message& config);

// The same for text at hand; `file_name` only stands in the messages.
absl::Status ParseConfig(std::string_view yaml, std::string_view file_name,
                         google::protobuf::Message& config);

// A duration of a loaded config, whose text the loader has already checked.
absl::Duration ConfigDuration(std::string_view text);

}  // namespace serin
