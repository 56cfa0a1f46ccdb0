#include "model-server/backends/vader/folded_token.h"

#include "model-server/backends/vader/unicode_class.h"

namespace serin::model_server {

FoldedToken FoldTokenWithKelvinSign(std::string_view token) {
  std::array<char, FoldedToken::kMaxBytes> shorter;
  size_t size = 0;
  while (!token.empty() && size < shorter.size()) {
    const bool kelvin = token.substr(0, kKelvinSign.size()) == kKelvinSign;
    shorter[size++] = kelvin ? 'k' : token[0];
    token.remove_prefix(kelvin ? kKelvinSign.size() : 1);
  }
  if (!token.empty()) return {};
  return FoldToken(std::string_view(shorter.data(), size));
}

}  // namespace serin::model_server
