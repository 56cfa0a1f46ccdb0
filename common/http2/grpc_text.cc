#include "common/http2/grpc_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace serin::http2 {
namespace {

constexpr size_t kMostDigits = 8;
constexpr int64_t kMostCount = 99'999'999;

struct Unit {
  char name;
  absl::Duration length;
};

// The finest first.
std::array<Unit, 6> Units() {
  return {{{'n', absl::Nanoseconds(1)},
           {'u', absl::Microseconds(1)},
           {'m', absl::Milliseconds(1)},
           {'S', absl::Seconds(1)},
           {'M', absl::Minutes(1)},
           {'H', absl::Hours(1)}}};
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::optional<absl::Duration> ParseTimeout(std::string_view value) {
  if (value.size() < 2 || value.size() > kMostDigits + 1) return std::nullopt;
  int64_t count = 0;
  for (const char c : value.substr(0, value.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    count = count * 10 + (c - '0');
  }
  for (const Unit& unit : Units()) {
    if (unit.name == value.back()) return count * unit.length;
  }
  return std::nullopt;
}

std::string FormatTimeout(absl::Duration timeout) {
  const absl::Duration positive = std::max(timeout, absl::ZeroDuration());
  for (const Unit& unit : Units()) {
    absl::Duration rest;
    const int64_t count = absl::IDivDuration(positive, unit.length, &rest);
    if (count <= kMostCount) return absl::StrCat(count, std::string(1, unit.name));
  }
  return absl::StrCat(kMostCount, "H");
}

std::string PercentEncode(std::string_view message) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(message.size());
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte <= 0x7E && c != '%') {
      encoded.push_back(c);
    } else {
      encoded.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return encoded;
}

std::string PercentDecode(std::string_view value) {
  std::string decoded;
  decoded.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    const int high = value[i] == '%' && i + 2 < value.size() ? HexValue(value[i + 1]) : -1;
    const int low = high >= 0 ? HexValue(value[i + 2]) : -1;
    if (low < 0) {
      decoded.push_back(value[i]);
    } else {
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return decoded;
}

}  // namespace serin::http2
