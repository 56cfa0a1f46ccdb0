// Any body of POST /predict is a question or an INVALID_ARGUMENT.
#include "common/status/check.h"
#include "router/http/predict_json.h"
#include "tests/fuzz/fuzz_target.h"

SERIN_FUZZ(input) {
  constexpr size_t kMaxItems = 16;
  const auto question = serin::router::ParseQuestion(input, kMaxItems);
  if (question.ok()) {
    SERIN_CHECK(question->is_batch() ? question->size() <= kMaxItems : question->size() == 1);
    size_t bytes = 0;
    for (size_t i = 0; i < question->size(); ++i) bytes += question->text(i).size();
    SERIN_CHECK(bytes <= input.size());
  } else {
    SERIN_CHECK(question.status().code() == absl::StatusCode::kInvalidArgument);
    SERIN_CHECK(!question.status().message().empty());
  }
}
