#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stream-client/pipeline/batch.h"

namespace serin::stream {

// "decode", "predict" or "produce".
std::string_view StageName(Stage stage);

// The headers a dead letter gets after the record's own: serin-dlq-stage, -code (the gRPC code's
// name), -message, -attempts, -topic, -partition, -offset and -timestamp (milliseconds since the
// epoch, -1: none).
std::vector<std::pair<std::string, std::string>> DeadLetterHeaders(const Record& record,
                                                                   const Failure& failure);

}  // namespace serin::stream
