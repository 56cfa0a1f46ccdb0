#pragma once

#include <cstddef>
#include <string>
#include <vector>

// Operations that serin-guard-loop repeats. Each returns something that depends on all it did, so
// that nothing is optimised away.
namespace serin {

// As the router: reads a PredictBatchRequest of these texts, splits it 80/20, sends each version's
// part to an endpoint that answers at once, and writes the answer.
size_t SplitBatches(int passes, const std::vector<std::string>& texts);

// As the router: reads a POST /predict of each of these texts on one connection, sends it to an
// endpoint that answers at once, and writes the answer.
size_t AnswerGatewayCalls(int passes, const std::vector<std::string>& texts);

// As the stream client: takes each text out of its record.
size_t DecodeRecords(int passes, const std::vector<std::string>& texts);

}  // namespace serin
