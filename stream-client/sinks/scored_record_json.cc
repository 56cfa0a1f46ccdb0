#include "stream-client/sinks/scored_record_json.h"

#include <charconv>

#include "absl/strings/str_cat.h"
#include "common/http/json_quote.h"
#include "common/strings/absl_view.h"

namespace serin::stream {
namespace {

void AppendNumber(absl::string_view name, double number, std::string& out) {
  absl::StrAppend(&out, ",\"", name, "\":");
  AppendShortest(number, out);
}

}  // namespace

void AppendShortest(double number, std::string& out) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number).ptr;
  out.append(buffer, end);
}

void AppendScoredRecordJson(const Record& record, const std::string& text, const Score& score,
                            std::string& out) {
  absl::StrAppend(&out, "{\"data\":", JsonQuote(text));
  AppendNumber("neg", score.neg, out);
  AppendNumber("neu", score.neu, out);
  AppendNumber("pos", score.pos, out);
  AppendNumber("compound", score.compound, out);
  absl::StrAppend(&out, ",\"label\":\"", AbslView(score.label),
                  "\",\"model\":", JsonQuote(score.model),
                  ",\"model_version\":", JsonQuote(score.model_version),
                  ",\"route_revision\":", score.route_revision);
  absl::StrAppend(&out, ",\"assignment\":\"", AbslView(score.assignment),
                  "\",\"topic\":", JsonQuote(record.topic), ",\"partition\":", record.partition,
                  ",\"offset\":", record.offset, "}");
}

}  // namespace serin::stream
