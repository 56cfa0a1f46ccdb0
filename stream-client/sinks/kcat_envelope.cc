#include "stream-client/sinks/kcat_envelope.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/http/json_quote.h"

namespace serin::stream {
namespace {

void AppendOrNull(std::optional<std::string_view> text, std::string& out) {
  if (text.has_value()) {
    AppendJsonQuoted(*text, out);
  } else {
    out.append("null");
  }
}

void AppendHeaders(const Record& record, std::string& out) {
  out.append(",\"headers\":[");
  const char* comma = "";
  for (const RecordHeader& header : record.headers) {
    out.append(comma);
    AppendJsonQuoted(header.name, out);
    out.push_back(',');
    AppendOrNull(header.value, out);
    comma = ",";
  }
  out.push_back(']');
}

}  // namespace

void AppendKcatEnvelope(const Record& record, std::optional<std::string_view> payload,
                        std::string& out) {
  out.append("{\"topic\":");
  AppendJsonQuoted(record.topic, out);
  const bool has_time = record.timestamp_ms >= 0;
  absl::StrAppend(&out, ",\"partition\":", record.partition, ",\"offset\":", record.offset,
                  ",\"tstype\":\"", has_time ? "create" : "unknown",
                  "\",\"ts\":", has_time ? record.timestamp_ms : 0, ",\"broker\":-1");
  if (!record.headers.empty()) AppendHeaders(record, out);
  out.append(",\"key\":");
  AppendOrNull(record.key, out);
  out.append(",\"payload\":");
  AppendOrNull(payload, out);
  out.push_back('}');
}

}  // namespace serin::stream
