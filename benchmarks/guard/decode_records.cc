#include <nlohmann/json.hpp>

#include "benchmarks/guard/hot_paths.h"
#include "common/status/check.h"
#include "stream-client/decoding/json_text_decoder.h"

namespace serin {

size_t DecodeRecords(int passes, const std::vector<std::string>& texts) {
  std::vector<std::string> records;
  for (const std::string& text : texts) {
    records.push_back(nlohmann::json({{"id", 7}, {"data", text}}).dump());
  }
  stream::JsonTextDecoder decoder(65536);
  size_t bytes = 0;
  for (int pass = 0; pass < passes; ++pass) {
    for (const std::string& record : records) {
      const auto text = decoder.Decode(record);
      SERIN_CHECK(text.ok());
      bytes += text->size();
    }
  }
  return bytes;
}

}  // namespace serin
