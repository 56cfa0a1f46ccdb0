#pragma once

#include <string>
#include <string_view>

namespace serin::model_server {

// What a log may say of a text. Empty members are not said.
struct RedactedText {
  // mode: "off", nothing; "hash", size and XXH3_64, which tells same from different; "full", size
  // and text.
  RedactedText(std::string_view text, std::string_view mode);

  std::string bytes;  // the size, in decimal
  std::string xxh3;   // 16 hexadecimal digits
  std::string full;
};

}  // namespace serin::model_server
