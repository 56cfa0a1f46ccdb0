#pragma once

#include <string>
#include <vector>

#include "model-server/backends/vader/vader_scorer.h"

namespace serin::model_server {

// A text and what the Python original computes for it.
struct Golden {
  std::string text;
  VaderScores scores;
};

// All goldens of .data/goldens/<name>, written by make_goldens. Ends the test process with "run
// models/prepare" if the file is missing or malformed.
std::vector<Golden> ReadGoldens(const std::string& name);

// The scorer of a dialect, "nltk" or "vadersentiment", with the real lexicons; ends the process
// likewise.
VaderScorer LoadScorer(const std::string& dialect);

}  // namespace serin::model_server
