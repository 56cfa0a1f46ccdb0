#include "model-server/backends/vader/tokenizer.h"

#include <array>

#include "model-server/backends/vader/punctuation.h"
#include "model-server/backends/vader/unicode_class.h"

namespace serin::model_server {
namespace {

enum ByteClass : uint8_t {
  kPlain = 0,
  kSpace = 1,
  kUpper = 2,
  kLower = 4,
  kPunctuation = 8,
  kNonAscii = 16,
  kKelvin = 32,
};

constexpr std::array<uint8_t, 256> MakeByteClasses() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    if (c >= 0x80) classes[c] = kNonAscii;
    if (c >= 'A' && c <= 'Z') classes[c] = kUpper;
    if (c >= 'a' && c <= 'z') classes[c] = kLower;
    if (c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F)) classes[c] = kSpace;
    if (c < 0x80 && IsAsciiPunctuation(static_cast<char>(c))) classes[c] = kPunctuation;
  }
  return classes;
}

constexpr std::array<uint8_t, 256> kByteClasses = MakeByteClasses();

// What one pass over a token's bytes has gathered.
struct Scan {
  const char* begin;
  uint8_t seen = 0;  // the classes of its bytes
  bool has_nt = false;
  uint32_t punctuation = 0;   // how many
  uint32_t continuation = 0;  // bytes that do not begin a code point
};

class Tokenizer {
 public:
  Tokenizer(std::string_view text, const Vocabulary& vocabulary, const Dialect& dialect,
            TokenizedText& out)
      : end_(text.data() + text.size()),
        at_(text.data()),
        vocabulary_(vocabulary),
        dialect_(dialect),
        out_(out) {}

  void Run() {
    while (at_ < end_) ScanToken();
    out_.mixed_capitals = in_capitals_ > 0 && in_capitals_ < out_.tokens.size();
  }

 private:
  // Scans to the next white space and past it, and emits what stands before it.
  void ScanToken() {
    Scan scan{.begin = at_};
    const char* token_end = end_;
    while (at_ < end_) {
      const uint8_t byte_class = kByteClasses[static_cast<uint8_t>(*at_)];
      if (byte_class == kSpace) {
        token_end = at_++;
        break;
      }
      scan.seen |= byte_class;
      if (byte_class == kNonAscii) {
        const char* sequence = at_;
        if (!ScanNonAscii(scan)) {
          token_end = sequence;
          break;
        }
        continue;
      }
      if (byte_class == kPunctuation) ScanPunctuation(scan);
      ++at_;
    }
    Emit(scan, token_end);
  }

  // Steps over a code point; false if it is white space.
  bool ScanNonAscii(Scan& scan) {
    const auto [code_point, size] =
        DecodeUtf8(std::string_view(at_, static_cast<size_t>(end_ - at_)));
    at_ += size;
    const CodePointClass kind = ClassifyNonAscii(code_point);
    if (kind == CodePointClass::kWhitespace) return false;
    if (kind == CodePointClass::kUpper) scan.seen |= kUpper;
    if (kind == CodePointClass::kLower) scan.seen |= kLower;
    if (code_point == 0x212A) scan.seen |= kKelvin;
    scan.continuation += size - 1;
    return true;
  }

  void ScanPunctuation(Scan& scan) {
    ++scan.punctuation;
    if (*at_ == '!') ++out_.exclamations;
    if (*at_ == '?') ++out_.questions;
    if (*at_ == '\'' && at_ > scan.begin && end_ - at_ > 1) {
      scan.has_nt |= (at_[-1] | 0x20) == 'n' && (at_[1] | 0x20) == 't';
    }
  }

  void Emit(const Scan& scan, const char* token_end) {
    std::string_view text(scan.begin, static_cast<size_t>(token_end - scan.begin));
    const size_t code_points = text.size() - scan.continuation;
    if (code_points < dialect_.fewest_code_points) return;
    if (scan.punctuation > 0) {
      text = dialect_.strips_all_punctuation
                 ? StripAllPunctuation(text, code_points)
                 : StripPunctuation(text, scan.punctuation, code_points);
    }
    Token token{.word = &vocabulary_.unknown(),
                .begin = text.data(),
                .size = static_cast<uint32_t>(text.size()),
                .in_capitals = (scan.seen & (kUpper | kLower)) == kUpper,
                .has_nt = scan.has_nt,
                .folded = (scan.seen & kUpper) != 0};
    if (scan.seen & kKelvin) {
      token.word = &vocabulary_.Find(FoldTokenWithKelvinSign(text));
    } else if (text.size() <= FoldedToken::kMaxBytes) {
      token.word = &vocabulary_.Find(FoldToken(text));
    }
    in_capitals_ += token.in_capitals;
    out_.tokens.push_back(token);
  }

  const char* const end_;
  const char* at_;
  const Vocabulary& vocabulary_;
  const Dialect& dialect_;
  TokenizedText& out_;
  size_t in_capitals_ = 0;
};

}  // namespace

void Tokenize(std::string_view text, const Vocabulary& vocabulary, const Dialect& dialect,
              TokenizedText& out) {
  Tokenizer(text, vocabulary, dialect, out).Run();
}

}  // namespace serin::model_server
