#include "common/http/http_message.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/json_quote.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"

namespace serin {
namespace {

bool IsOneLine(std::string_view text) {
  return text.find('\r') == text.npos && text.find('\n') == text.npos;
}

}  // namespace

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const HttpField& field : fields) {
    if (absl::EqualsIgnoreCase(AbslView(field.name), AbslView(name))) return field.value;
  }
  return "";
}

std::string_view HttpRequest::path() const {
  const std::string_view path = target.substr(0, target.find('?'));
  const size_t scheme_end = path.find("://");
  if (scheme_end == path.npos || path.front() == '/') return path;
  const size_t begin = path.find('/', scheme_end + 3);
  return begin == path.npos ? "/" : path.substr(begin);
}

void HttpResponse::AddHeader(std::string_view name, std::string_view value) {
  SERIN_CHECK(IsOneLine(name) && IsOneLine(value));
  header_lines.append(name).append(": ").append(value).append("\r\n");
}

HttpResponse HttpError(int status, std::string_view message) {
  return {.status = status,
          .content_type = "application/json",
          .body = absl::StrCat("{\"error\": ", JsonQuoteAny(message), "}\n")};
}

}  // namespace serin
