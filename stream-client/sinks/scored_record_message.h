#pragma once

#include <string>

#include "stream-client/pipeline/batch.h"

namespace serin::stream {

// Appends a result as a serin.v1.ScoredRecord in binary. A text that is not UTF-8 does not occur:
// decoders refuse it.
void AppendScoredRecordMessage(const Record& record, const std::string& text, const Score& score,
                               std::string& out);

}  // namespace serin::stream
