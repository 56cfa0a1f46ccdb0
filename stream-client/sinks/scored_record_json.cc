#include "stream-client/sinks/scored_record_json.h"

#include <charconv>

#include "common/http/json_quote.h"

namespace serin::stream {
namespace {

// `prefix` holds the field's name and what is around it.
void AppendNumber(std::string_view prefix, double number, std::string& out) {
  out.append(prefix);
  AppendShortest(number, out);
}

template <typename Integer>
void AppendInteger(std::string_view prefix, Integer number, std::string& out) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number).ptr;
  out.append(prefix).append(buffer, end);
}

void AppendString(std::string_view prefix, std::string_view text, std::string& out) {
  out.append(prefix);
  AppendJsonQuoted(text, out);
}

}  // namespace

void AppendShortest(double number, std::string& out) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number).ptr;
  out.append(buffer, end);
}

void AppendScoredRecordJson(const Record& record, const std::string& text, const Score& score,
                            std::string& out) {
  AppendString("{\"data\":", text, out);
  AppendNumber(",\"neg\":", score.neg, out);
  AppendNumber(",\"neu\":", score.neu, out);
  AppendNumber(",\"pos\":", score.pos, out);
  AppendNumber(",\"compound\":", score.compound, out);
  AppendString(",\"label\":", score.label, out);
  AppendString(",\"model\":", score.model, out);
  AppendString(",\"model_version\":", score.model_version, out);
  AppendInteger(",\"route_revision\":", score.route_revision, out);
  AppendString(",\"assignment\":", score.assignment, out);
  AppendString(",\"topic\":", record.topic, out);
  AppendInteger(",\"partition\":", record.partition, out);
  AppendInteger(",\"offset\":", record.offset, out);
  out.push_back('}');
}

}  // namespace serin::stream
