#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "common/http/http_message.h"
#include "common/net/event_loop.h"

namespace serin {

class HttpExchange;
class HttpSession;

// Answers one request, once, from any thread. Destroyed unanswered, it answers 500. The event loop
// that handed the request out must outlive it; the connection need not.
class HttpResponder {
 public:
  explicit HttpResponder(HttpExchange& exchange) : exchange_(&exchange) {}
  HttpResponder(HttpResponder&& other) noexcept
      : exchange_(std::exchange(other.exchange_, nullptr)) {}
  HttpResponder& operator=(HttpResponder&&) = delete;
  ~HttpResponder();

  void operator()(HttpResponse response);

  // On the loop that handed the request out: calls `hook` there if the connection goes before the
  // answer has come to it, at most once. The answer is still to be given, maybe by the hook.
  void OnAbandoned(std::function<void()> hook);

 private:
  HttpExchange* exchange_;
};

// A request that was handed out, and its answer. Belongs to its responder, then to the queue of its
// loop if it is answered on another thread, then to its session if that is still there.
class HttpExchange final : private LoopTask {
 public:
  struct Request {
    size_t bytes = 0;
    bool is_head = false;
    bool is_http_1_0 = false;
  };

  // On the session's thread.
  HttpExchange(HttpSession& session, const Request& request)
      : loop_(EventLoop::Current()), session_(&session), request_(request) {}

  // Any thread.
  void Answer(HttpResponse response);

  // On the session's thread, as all below: it has gone and wants no answer. May destroy this.
  void Abandon();
  void OnAbandoned(std::function<void()> hook) { on_abandoned_ = std::move(hook); }

  bool answered() const { return answered_; }
  const Request& request() const { return request_; }
  // Appends the answer as it is sent; `closes`: the connection ends behind it.
  void AppendAnswer(bool closes, std::string& out) const;

 private:
  void Run() override;

  // Null in a test without loops.
  EventLoop* const loop_;
  HttpSession* session_;
  const Request request_;
  HttpResponse response_;
  std::function<void()> on_abandoned_;
  bool answered_ = false;
};

}  // namespace serin
