#pragma once

#include <grpcpp/server_context.h>

#include "absl/time/time.h"
#include "router/dispatch/routed_call.h"

namespace serin::router {

// The caller's deadline, or `now` plus `default_timeout` when it has set none.
absl::Time DeadlineOf(const grpc::CallbackServerContext& context, absl::Time now,
                      absl::Duration default_timeout);

// Tells the caller of a single prediction who answered: serin-model-version, serin-route-revision,
// serin-assignment. Nothing when the item was never assigned.
void AddAnswerMetadata(const RoutedItem& item, grpc::CallbackServerContext& context);

}  // namespace serin::router
