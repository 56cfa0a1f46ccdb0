#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/http_server.h"
#include "common/http/json_quote.h"
#include "common/strings/absl_view.h"

namespace serin {

std::string_view HttpRequest::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (absl::EqualsIgnoreCase(key, AbslView(name))) return value;
  }
  return "";
}

std::string_view HttpRequest::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

HttpResponse HttpError(int status, std::string_view message) {
  return {.status = status,
          .content_type = "application/json",
          .body = absl::StrCat("{\"error\": ", JsonQuote(message), "}\n")};
}

HttpResponder::~HttpResponder() {
  if (send_) send_(HttpError(500, "the request was dropped by the server"));
}

void HttpResponder::operator()(HttpResponse response) {
  std::exchange(send_, nullptr)(std::move(response));
}

}  // namespace serin
