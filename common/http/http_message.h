#pragma once

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace serin {

struct HttpField {
  std::string_view name;
  std::string_view value;
};

// A view: whoever hands it out says for how long it holds.
struct HttpRequest {
  std::string_view method;  // "GET", "POST", ...
  std::string_view target;  // as sent: "/predict?x=1", or to a proxy "http://host/predict?x=1"
  std::string_view body;
  absl::Span<const HttpField> fields;

  // The first value of a header, whose name is compared without regard to case; "" if absent.
  std::string_view Header(std::string_view name) const;

  // The target without scheme, host and query.
  std::string_view path() const;
};

struct HttpResponse {
  int status = 200;
  // A literal: it is not copied.
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string body;
  // Further header lines, each with its line break.
  std::string header_lines;

  // Neither may contain a line break.
  void AddHeader(std::string_view name, std::string_view value);
};

// {"error": "<message>"} as application/json. Bytes that are not UTF-8 are replaced with U+FFFD.
HttpResponse HttpError(int status, std::string_view message);

}  // namespace serin
