#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "serin/v1/config/options.pb.h"

namespace serin {

// Reads one scalar of a config as its field's type and rule ask for, and sets (or, for a repeated
// field, appends) it. The error's message says what was expected, without the value.
absl::Status SetConfigField(std::string_view text, const google::protobuf::FieldDescriptor& field,
                            google::protobuf::Message& message);

// The rule that proto/serin/v1/config/options.proto attaches to a field; the default one if none.
const v1::config::FieldRule& RuleOf(const google::protobuf::FieldDescriptor& field);

}  // namespace serin
