// Any body of POST /predict is a question or an INVALID_ARGUMENT.
#include <string>

#include "common/status/check.h"
#include "router/http/predict_json.h"
#include "tests/fuzz/fuzz_target.h"

SERIN_FUZZ(input) {
  constexpr size_t kMaxItems = 16;
  const auto question = serin::router::ParseQuestion(std::string(input), kMaxItems);
  if (question.ok()) {
    SERIN_CHECK(question->is_batch ? question->texts.size() <= kMaxItems
                                   : question->texts.size() == 1);
  } else {
    SERIN_CHECK(question.status().code() == absl::StatusCode::kInvalidArgument);
    SERIN_CHECK(!question.status().message().empty());
  }
}
