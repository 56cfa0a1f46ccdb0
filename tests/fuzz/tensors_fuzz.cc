// Any ModelInferRequest is texts within it or an INVALID_ARGUMENT, and is answered with as many
// scores.
#include <string>
#include <vector>

#include "common/oip/text_tensors.h"
#include "common/status/check.h"
#include "tests/fuzz/fuzz_target.h"

SERIN_FUZZ(input) {
  inference::ModelInferRequest request;
  if (!request.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  const auto texts = serin::oip::ReadTexts(request);
  if (!texts.ok()) {
    SERIN_CHECK(texts.status().code() == absl::StatusCode::kInvalidArgument);
    return;
  }
  size_t bytes = 0;
  for (const std::string_view text : *texts) bytes += std::string(text).size();
  SERIN_CHECK(bytes <= input.size());
  const std::vector<serin::oip::TextScores> scores(texts->size(), {.label = "neutral"});
  inference::ModelInferResponse response;
  serin::oip::WriteScores(request, scores, response);
  for (const auto& output : response.outputs()) {
    SERIN_CHECK(output.shape(0) == static_cast<int64_t>(texts->size()));
  }
}
