#pragma once

#include <string>

#include "common/http2/server_call.h"
#include "common/net/event_loop.h"
#include "router/front/predictor_front.h"

namespace serin::router {

// What the handlers of serin.v1.Predictor have in common: they live on their connection's loop,
// and are counted.
class FrontCall : public http2::CallHandler {
 public:
  FrontCall(FrontContext& context, http2::ServerCall& call);
  ~FrontCall() override;
  FrontCall(const FrontCall&) = delete;
  FrontCall& operator=(const FrontCall&) = delete;

 protected:
  // The caller's deadline, or the default one from `now` on.
  absl::Time DeadlineFrom(absl::Time now) const;

  // Gives an item what the call's metadata says and the item itself does not.
  void AddCallMetadata(RoutedItem& item) const {
    if (item.traceparent.empty()) item.traceparent = traceparent_;
  }

  FrontContext& context_;
  EventLoop& loop_;
  // Null once the call is over.
  http2::ServerCall* call_;

 private:
  const absl::Time client_deadline_;
  const std::string traceparent_;
};

// INTERNAL: the request cannot be parsed.
absl::Status NotARequest(const char* message_name);

// RESOURCE_EXHAUSTED when a batch has more items than the limit.
absl::Status CheckBatchSize(size_t items, size_t most);

}  // namespace serin::router
