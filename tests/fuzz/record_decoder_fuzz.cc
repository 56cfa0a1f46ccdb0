// Any bytes of a record are either a text that the model server takes, or a reason.
#include <string>

#include "common/status/check.h"
#include "model-server/inference/text_rules.h"
#include "stream-client/decoding/json_text_decoder.h"
#include "tests/fuzz/fuzz_target.h"

SERIN_FUZZ(input) {
  constexpr size_t kMaxTextBytes = 1000;
  // One decoder for many records, as in the stream client.
  static serin::stream::JsonTextDecoder decoder(kMaxTextBytes);
  const auto text = decoder.Decode(input);
  if (text.ok()) {
    SERIN_CHECK(serin::model_server::CheckText(*text, kMaxTextBytes).ok());
  } else {
    SERIN_CHECK(text.status().code() == absl::StatusCode::kInvalidArgument);
    SERIN_CHECK(!text.status().message().empty());
  }
  serin::stream::JsonTextDecoder fresh(kMaxTextBytes);
  SERIN_CHECK(fresh.Decode(input) == text);
}
