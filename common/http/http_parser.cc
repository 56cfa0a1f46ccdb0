#include "common/http/http_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/strings/absl_view.h"

namespace serin {

namespace http = boost::beast::http;
using BeastView = boost::beast::string_view;
using BeastError = boost::beast::error_code;

// "0\r\n\r\n".
constexpr size_t kShortestChunkedEnd = 5;
// What larger bodies have taken is given back.
constexpr size_t kKeptBodyBytes = 64 << 10;

// A request as far as it is read. `text` holds the method, the target, and the name and value of
// each field, one behind the other.
struct HttpParser::Parts {
  struct FieldSize {
    size_t name;
    size_t value;
  };

  std::string text;
  size_t method_size = 0;
  size_t target_size = 0;
  std::vector<FieldSize> field_sizes;
  std::vector<HttpField> fields;
  std::string body;
  bool expects_continue = false;
  size_t hosts = 0;
  bool is_http_1_0 = false;

  // On the wire, but for spaces that mean nothing.
  size_t header_bytes() const { return text.size() + 4 * field_sizes.size(); }

  void Clear() {
    text.clear();
    field_sizes.clear();
    fields.clear();
    body.clear();
    if (body.capacity() > kKeptBodyBytes) body.shrink_to_fit();
    hosts = 0;
    expects_continue = is_http_1_0 = false;
  }

  // Once all of the text is there, and stays where it is.
  void FindFields() {
    const char* at = text.data() + method_size + target_size;
    for (const FieldSize& size : field_sizes) {
      fields.push_back({{at, size.name}, {at + size.name, size.value}});
      at += size.name + size.value;
    }
  }
};

class HttpParser::Grammar final : public http::basic_parser<true> {
 public:
  Grammar(Parts& parts, size_t max_body_bytes) : parts_(parts) {
    eager(true);
    body_limit(max_body_bytes);
    header_limit(kMaxHeaderBytes);
  }

  // Not complete, in a chunked body.
  bool in_chunks() const { return is_header_done() && chunked(); }
  // Another number of Host fields than there must be.
  bool has_wrong_host() const { return has_wrong_host_; }

 private:
  void on_request_impl(http::verb, BeastView method, BeastView target, int version,
                       BeastError&) override {
    parts_.text.append(method.data(), method.size()).append(target.data(), target.size());
    parts_.method_size = method.size();
    parts_.target_size = target.size();
    parts_.is_http_1_0 = version < 11;
  }

  void on_field_impl(http::field name, BeastView name_string, BeastView value,
                     BeastError& error) override {
    // Those behind a chunked body come unasked.
    if (in_trailer_) return;
    parts_.text.append(name_string.data(), name_string.size()).append(value.data(), value.size());
    parts_.field_sizes.push_back({name_string.size(), value.size()});
    // Beast's own limit is one of the bytes that it is given at a time.
    if (parts_.header_bytes() > kMaxHeaderBytes || parts_.field_sizes.size() > kMaxFields) {
      error = http::error::header_limit;
    }
    // Where another body ends, a proxy before us may know otherwise; Beast takes "gzip, chunked".
    if (name == http::field::transfer_encoding &&
        (parts_.is_http_1_0 || !absl::EqualsIgnoreCase({value.data(), value.size()}, "chunked"))) {
      error = http::error::bad_transfer_encoding;
    }
    parts_.hosts += name == http::field::host ? 1 : 0;
    parts_.expects_continue |= name == http::field::expect && !parts_.is_http_1_0 &&
                               absl::EqualsIgnoreCase({value.data(), value.size()}, "100-continue");
  }

  void on_header_impl(BeastError& error) override {
    in_trailer_ = true;
    has_wrong_host_ = parts_.hosts > 1 || (parts_.hosts == 0 && !parts_.is_http_1_0);
    if (has_wrong_host_) error = http::error::bad_field;
  }

  size_t on_body_impl(BeastView piece, BeastError&) override {
    parts_.body.append(piece.data(), piece.size());
    return piece.size();
  }
  size_t on_chunk_body_impl(uint64_t, BeastView piece, BeastError& error) override {
    return on_body_impl(piece, error);
  }

  void on_body_init_impl(const boost::optional<uint64_t>&, BeastError&) override {}
  void on_chunk_header_impl(uint64_t, BeastView, BeastError&) override {}
  void on_finish_impl(BeastError&) override { parts_.FindFields(); }
  void on_response_impl(int, BeastView, int, BeastError&) override {}

  Parts& parts_;
  bool in_trailer_ = false;
  bool has_wrong_host_ = false;
};

struct HttpParser::State {
  const size_t max_body_bytes;
  Parts parts;
  std::optional<Grammar> grammar;
  std::optional<HttpResponse> refusal;

  HttpResponse Refuse(BeastError why) const {
    if (why == http::error::body_limit) {
      return HttpError(413,
                       absl::StrCat("body: expected at most ", max_body_bytes, " bytes, got more"));
    }
    if (why == http::error::header_limit) {
      return HttpError(431, absl::StrCat("headers: expected at most ", kMaxHeaderBytes,
                                         " bytes and ", kMaxFields, " fields, got more"));
    }
    if (grammar->has_wrong_host()) {
      return HttpError(400, absl::StrCat("Host: expected once, got ", parts.hosts, " times"));
    }
    return HttpError(400, absl::StrCat("request: expected HTTP/1.1, got: ", why.message()));
  }
};

HttpParser::HttpParser(size_t max_body_bytes)
    : state_(new State{.max_body_bytes = max_body_bytes}) {
  Next();
}

HttpParser::~HttpParser() = default;

size_t HttpParser::Take(std::string_view bytes) {
  size_t taken = 0;
  if (!begun()) {
    // An empty line before a request is to be borne (RFC 9112, 2.2).
    taken = std::min(bytes.find_first_not_of("\r\n"), bytes.size());
    bytes.remove_prefix(taken);
  }
  if (bytes.empty()) return taken;
  // Beast asserts that there is so much, and so much is always to come.
  if (state_->grammar->in_chunks() && bytes.size() < kShortestChunkedEnd) return taken;
  BeastError error;
  const size_t used = state_->grammar->put({bytes.data(), bytes.size()}, error);
  if (error == http::error::need_more) {
    error = {};
    // Beast has no limit between the chunks of a body.
    if (bytes.size() - used > kMaxHeaderBytes) error = http::error::header_limit;
  }
  if (error) state_->refusal = state_->Refuse(error);
  return taken + used;
}

bool HttpParser::begun() const { return state_->grammar->got_some(); }
bool HttpParser::complete() const { return state_->grammar->is_done(); }
const std::optional<HttpResponse>& HttpParser::refusal() const { return state_->refusal; }

bool HttpParser::expects_continue() const {
  return state_->parts.expects_continue && state_->grammar->is_header_done() && !complete();
}

HttpRequest HttpParser::request() const {
  const Parts& parts = state_->parts;
  const std::string_view text = parts.text;
  return {.method = text.substr(0, parts.method_size),
          .target = text.substr(parts.method_size, parts.target_size),
          .body = parts.body,
          .fields = parts.fields};
}

bool HttpParser::keep_alive() const { return state_->grammar->keep_alive(); }
bool HttpParser::is_http_1_0() const { return state_->parts.is_http_1_0; }

void HttpParser::Next() {
  state_->parts.Clear();
  state_->grammar.emplace(state_->parts, state_->max_body_bytes);
}

}  // namespace serin
