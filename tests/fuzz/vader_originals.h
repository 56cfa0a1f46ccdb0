#pragma once

#include <cstdio>
#include <string_view>

#include "model-server/backends/vader/vader_scorer.h"

namespace serin::model_server {

// The Python originals of v1 as a process that answers text by text: vader_originals.py. It ends
// with this one. Not thread-safe.
class VaderOriginals {
 public:
  struct Scores {
    VaderScores nltk;
    VaderScores vader_sentiment;
  };

  VaderOriginals();
  ~VaderOriginals();
  VaderOriginals(const VaderOriginals&) = delete;
  VaderOriginals& operator=(const VaderOriginals&) = delete;

  // Ends this process when the originals have ended or have raised an error.
  Scores Score(std::string_view text);

 private:
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

}  // namespace serin::model_server
