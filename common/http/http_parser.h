#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "common/http/http_message.h"

namespace serin {

// Reads requests of HTTP/1.0 and 1.1 one after the other, from bytes in pieces of any size (the
// grammar is Boost.Beast's). On one thread.
class HttpParser {
 public:
  // Of a request's header, and of what a chunked body has between its chunks.
  static constexpr size_t kMaxHeaderBytes = 8 << 10;
  static constexpr size_t kMaxFields = 100;

  explicit HttpParser(size_t max_body_bytes);
  ~HttpParser();

  // Takes bytes of the request from the front, not beyond its end: how many. What it leaves of a
  // request that is not complete must come again with more behind it. Not to be called when the
  // request is complete or refused.
  size_t Take(std::string_view bytes);

  // Some of it is there.
  bool begun() const;
  bool complete() const;
  // What to answer to a request that cannot be read on: 400 if it is malformed, 413 if its body is
  // over the limit, 431 if its header is or has too many fields.
  const std::optional<HttpResponse>& refusal() const;
  // The client waits for "100 Continue" before it sends the body.
  bool expects_continue() const;

  // Of a complete request, until Next().
  HttpRequest request() const;
  bool keep_alive() const;
  bool is_http_1_0() const;

  // Goes on to the next request.
  void Next();

 private:
  struct Parts;
  class Grammar;
  struct State;

  const std::unique_ptr<State> state_;
};

}  // namespace serin
