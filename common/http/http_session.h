#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "common/http/http_exchange.h"
#include "common/http/http_parser.h"
#include "common/net/byte_session.h"

namespace serin {

// HTTP/1.1 of a server on one connection, without its socket: requests are handed out, several at a
// time if the client pipelines, and answered in their order. A request that cannot be read is
// answered with 400, 413 or 431, and none after it is looked at. On one thread, but for the
// responders.
class HttpSession final : public ByteSession {
 public:
  // Must not block. The request holds until it returns; the responder may be kept.
  using Handler = std::function<void(const HttpRequest&, HttpResponder)>;

  struct Options {
    size_t max_body_bytes = 1 << 20;
    // Must outlive the session.
    const Handler* handler = nullptr;
    // Something is to be sent, or there is room for more.
    std::function<void()> wake;
  };

  // Of requests that wait for their answers, on one connection: as many, and with bodies of about
  // so many bytes together unless it is one. Nor are more handed out while so many bytes of answers
  // wait to be sent.
  static constexpr size_t kMostAsked = 16;
  static constexpr size_t kMostWaitingBytes = 64 << 10;

  explicit HttpSession(Options options);
  ~HttpSession() override;
  HttpSession(const HttpSession&) = delete;

  bool Receive(std::string_view bytes) override;
  bool ReceiveEnd() override;
  bool wants_more() const override { return in_.size() < kMostWaitingBytes; }
  void Produce(std::string& out, size_t most) override;
  bool all_said() const override { return last_ && asked_.empty() && out_.empty(); }
  bool done() const override { return all_said() && (!lingering_ || peer_ended_); }
  void OnClosed(const absl::Status&) override {}

  // The next request is the last, and its answer says so. Until it comes the connection stays, so
  // that a request that is on its way already is answered.
  void EndWithNext() { next_is_last_ = true; }
  // Takes no more requests; the connection ends when those handed out are answered. One that has
  // begun to come is answered with 503. `unread`: the client may have sent more than was received.
  void Drain(bool unread);

  // Requests are handed out and not answered.
  bool asking() const { return !asked_.empty(); }
  // All is said, but the client may still be sending what nobody will look at. If the connection
  // were closed then, it might never see the answers.
  bool lingering() const { return all_said() && !done(); }
  // Grows when a request begins, is handed out and is answered.
  uint64_t steps() const { return steps_; }

 private:
  friend class HttpExchange;

  void OnAnswered();
  // How many of the bytes are done with.
  size_t Consume(std::string_view bytes);
  void HandOut();
  void Refuse(HttpResponse response);
  HttpExchange& Ask(const HttpExchange::Request& request);
  // Goes on with what has waited for room.
  void Resume();
  bool HasRoom() const;

  const Options options_;
  HttpParser parser_;
  // The beginning of a request, or requests for which there was no room.
  std::string in_;
  std::string out_;
  // In the order of their requests.
  std::deque<HttpExchange*> asked_;
  size_t asked_bytes_ = 0;
  uint64_t steps_ = 0;
  bool consuming_ = false;
  bool continue_said_ = false;
  bool peer_ended_ = false;
  // The parser needs more than `in_` holds.
  bool starved_ = false;
  bool next_is_last_ = false;
  // No further request is taken.
  bool last_ = false;
  // Of what the client has sent, something is not looked at.
  bool lingering_ = false;
};

}  // namespace serin
