#include "stream-client/sinks/scored_record_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "common/http/json_quote.h"

namespace serin::stream {
namespace {

constexpr int kDecimals = 4;
constexpr int kScale = 10000;

// Most scores are decimals of at most four places between 0.001 and 1; telling their digits takes
// no search. A double that is the nearest to such a decimal has it as its shortest form. Returns
// the end of what was written, or null for other numbers.
char* WriteDecimal(double number, char* to) {
  const double scaled = std::nearbyint(std::abs(number) * kScale);
  if (!(scaled <= kScale) || scaled / kScale != std::abs(number)) return nullptr;
  auto digits = static_cast<int>(scaled);
  if (digits < 10 && (digits > 0 || std::signbit(number))) return nullptr;  // shorter as 1e-04; -0
  if (std::signbit(number)) *to++ = '-';
  *to++ = digits == kScale ? '1' : '0';
  digits %= kScale;
  if (digits == 0) return to;
  *to++ = '.';
  for (int i = kDecimals; i-- > 0; digits /= 10) to[i] = static_cast<char>('0' + digits % 10);
  to += kDecimals;
  while (to[-1] == '0') --to;
  return to;
}

char* WriteShortest(double number, char* to) {
  if (char* end = WriteDecimal(number, to)) return end;
  return std::to_chars(to, to + 32, number).ptr;
}

char* WriteLiteral(std::string_view text, char* to) {
  return std::copy(text.begin(), text.end(), to);
}

// The fields whose names and values have a bounded length and nothing to escape are gathered here,
// so that the result grows a few times only.
class Fields {
 public:
  Fields& Add(std::string_view name_and_around, double number) {
    end_ = WriteShortest(number, WriteLiteral(name_and_around, end_));
    return *this;
  }
  template <typename Integer>
  Fields& AddInteger(std::string_view name_and_around, Integer number) {
    char* const digits = WriteLiteral(name_and_around, end_);
    end_ = std::to_chars(digits, digits + 20, number).ptr;
    return *this;
  }
  // `text` is one of a few literals.
  Fields& Add(std::string_view name_and_around, std::string_view text) {
    end_ = WriteLiteral(text, WriteLiteral(name_and_around, end_));
    return *this;
  }
  void AppendTo(std::string& out) const {
    out.append(buffer_, static_cast<size_t>(end_ - buffer_));
  }

 private:
  char buffer_[320];  // four numbers of 32 bytes, one of 20, and the names
  char* end_ = buffer_;
};

}  // namespace

void AppendShortest(double number, std::string& out) {
  char buffer[32];
  out.append(buffer, WriteShortest(number, buffer));
}

void AppendScoredRecordJson(const Record& record, const std::string& text, const Score& score,
                            std::string& out) {
  out.append("{\"data\":");
  AppendJsonQuoted(text, out);
  Fields()
      .Add(",\"neg\":", score.neg)
      .Add(",\"neu\":", score.neu)
      .Add(",\"pos\":", score.pos)
      .Add(",\"compound\":", score.compound)
      .Add(",\"label\":\"", score.label)
      .Add("\",\"model\":", std::string_view())
      .AppendTo(out);
  AppendJsonQuoted(score.model, out);
  out.append(",\"model_version\":");
  AppendJsonQuoted(score.model_version, out);
  Fields()
      .AddInteger(",\"route_revision\":", score.route_revision)
      .Add(",\"assignment\":\"", score.assignment)
      .Add("\",\"topic\":", std::string_view())
      .AppendTo(out);
  AppendJsonQuoted(record.topic, out);
  Fields()
      .AddInteger(",\"partition\":", record.partition)
      .AddInteger(",\"offset\":", record.offset)
      .Add("}", std::string_view())
      .AppendTo(out);
}

}  // namespace serin::stream
