#pragma once

#include <string>

#include "stream-client/pipeline/batch.h"

namespace serin::stream {

// Appends `number` so that reading it gives the same double, with as few digits as that takes.
void AppendShortest(double number, std::string& out);

// Appends a result as one JSON object with the field names of serin.v1.ScoredRecord; all numbers
// are JSON numbers.
void AppendScoredRecordJson(const Record& record, const std::string& text, const Score& score,
                            std::string& out);

}  // namespace serin::stream
