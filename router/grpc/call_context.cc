#include "router/grpc/call_context.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "router/dispatch/request_router.h"

namespace serin::router {

absl::Time DeadlineOf(const grpc::CallbackServerContext& context, absl::Time now,
                      absl::Duration default_timeout) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return now + default_timeout;
  return absl::FromChrono(deadline);
}

void AddAnswerMetadata(const RoutedItem& item, grpc::CallbackServerContext& context) {
  if (item.route == nullptr) return;
  context.AddInitialMetadata("serin-model-version", item.answered_version());
  context.AddInitialMetadata("serin-route-revision", absl::StrCat(item.revision->number()));
  context.AddInitialMetadata("serin-assignment", std::string(AssignmentName(item.kind)));
}

}  // namespace serin::router
