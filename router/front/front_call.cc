#include "router/front/front_call.h"

#include "absl/strings/str_cat.h"
#include "common/status/check.h"

namespace serin::router {
namespace {

absl::Time ClientDeadline(const http2::ServerCall& call, absl::Time now) {
  return call.timeout().has_value() ? now + *call.timeout() : absl::InfiniteFuture();
}

}  // namespace

FrontCall::FrontCall(FrontContext& context, http2::ServerCall& call)
    : context_(context),
      loop_(*EventLoop::Current()),
      call_(&call),
      client_deadline_(ClientDeadline(call, context.clock.Now())),
      traceparent_(call.metadata().Find("traceparent")) {
  context_.calls.fetch_add(1, std::memory_order_relaxed);
}

FrontCall::~FrontCall() { context_.calls.fetch_sub(1, std::memory_order_release); }

absl::Time FrontCall::DeadlineFrom(absl::Time now) const {
  if (client_deadline_ != absl::InfiniteFuture()) return client_deadline_;
  return now + context_.limits.default_timeout;
}

absl::Status NotARequest(const char* message_name) {
  return absl::InternalError(
      absl::StrCat("the request cannot be parsed: expected a serin.v1.", message_name));
}

absl::Status CheckBatchSize(size_t items, size_t most) {
  if (items <= most) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("items: expected at most ", most, " items a batch, got ", items));
}

}  // namespace serin::router
