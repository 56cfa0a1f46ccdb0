#include "model-server/backends/fasttext/model_file.h"

#include <array>
#include <string_view>

namespace serin::model_server {
namespace {

constexpr std::string_view kMagic = "SERINFT2";
constexpr uint64_t kMaxLexiconBytes = 64 << 20;

}  // namespace

void WriteModelHeader(const std::string& lexicon, std::ostream& out) {
  out << kMagic;
  for (int shift = 0; shift < 64; shift += 8) out.put(static_cast<char>(lexicon.size() >> shift));
  out << lexicon;
}

absl::StatusOr<std::string> ReadModelHeader(std::istream& in) {
  std::array<char, kMagic.size() + 8> head{};
  in.read(head.data(), head.size());
  if (!in || std::string_view(head.data(), kMagic.size()) != kMagic) {
    return absl::InvalidArgumentError("expected a model file that begins with SERINFT2");
  }
  uint64_t size = 0;
  for (size_t i = head.size(); i-- > kMagic.size();)
    size = size << 8 | static_cast<uint8_t>(head[i]);
  if (size > kMaxLexiconBytes) {
    return absl::InvalidArgumentError("expected a lexicon of at most 64 MiB in the model file");
  }
  std::string lexicon(size, '\0');
  in.read(lexicon.data(), static_cast<std::streamsize>(size));
  if (!in) return absl::InvalidArgumentError("expected a whole model file, it ends in the lexicon");
  return lexicon;
}

}  // namespace serin::model_server
