#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "stream-client/pipeline/record.h"

namespace serin::stream {

// Appends what `kcat -C -J` prints of a record, with `payload` for its value: topic, partition,
// offset, tstype, ts, broker (-1: not known), headers (names and values in turn), key, payload. No
// newline.
void AppendKcatEnvelope(const Record& record, std::optional<std::string_view> payload,
                        std::string& out);

}  // namespace serin::stream
