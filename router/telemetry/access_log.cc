#include "router/telemetry/access_log.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/strings/trace_context.h"
#include "common/telemetry/json_line.h"
#include "router/dispatch/route_backends.h"
#include "router/dispatch/routed_call.h"

namespace serin::router {
namespace {

// Items of a call that went the same way.
struct Group {
  const RoutedItem* first;
  size_t items;
  absl::Time done_at;
};

bool WentTheSameWay(const RoutedItem& a, const RoutedItem& b) {
  return a.route == b.route && a.assigned == b.assigned && a.answered == b.answered &&
         a.kind == b.kind && a.endpoint() == b.endpoint() && a.retried() == b.retried() &&
         a.outcome.status().code() == b.outcome.status().code();
}

bool IsRemarkable(const RoutedItem& item) {
  return !item.outcome.ok() || item.retried() || item.kind == AssignmentKind::kFallback ||
         item.kind == AssignmentKind::kSpill;
}

// A JSON array.
std::string FlagsOf(const RoutedItem& item) {
  const absl::StatusCode code = item.outcome.status().code();
  absl::InlinedVector<const char*, 4> flags;
  const auto add = [&](bool holds, const char* flag) {
    if (holds) flags.push_back(flag);
  };
  add(item.retried(), "\"retry\"");
  add(item.kind == AssignmentKind::kFallback, "\"fallback\"");
  add(item.kind == AssignmentKind::kSpill, "\"spill\"");
  add(item.kind == AssignmentKind::kPinned, "\"pinned\"");
  add(code == absl::StatusCode::kDeadlineExceeded, "\"timeout\"");
  add(code == absl::StatusCode::kResourceExhausted, "\"overload\"");
  add(code == absl::StatusCode::kCancelled, "\"cancelled\"");
  return absl::StrCat("[", absl::StrJoin(flags, ","), "]");
}

std::string LineOf(const Group& group, absl::Time started) {
  const RoutedItem& item = *group.first;
  const absl::Status& status = item.outcome.status();
  JsonLine line(started);
  line.Add("code", absl::StatusCodeToString(status.code()));
  line.Add("message", std::string(status.message()));
  if (item.route != nullptr) {
    line.Add("route", item.route->route().name());
    line.Add("assigned", item.revision->versions()[item.assigned]);
    line.Add("answered", item.answered_version());
    line.AddJson("revision", item.revision->number());
    line.Add("assignment", AssignmentName(item.kind));
  }
  if (item.endpoint() != nullptr) line.Add("endpoint", item.endpoint()->address());
  line.AddJson("items", group.items);
  line.AddJson("duration_us",
               absl::StrFormat("%.1f", absl::ToDoubleMicroseconds(group.done_at - started)));
  line.Add("request_id", item.request_id);
  line.Add("trace_id", TraceIdOf(item.traceparent));
  line.AddJson("flags", FlagsOf(item));
  return line.Take();
}

}  // namespace

void AccessLog::OnDone(const RoutedCall& call) {
  const bool is_remarkable = std::any_of(call.items.begin(), call.items.end(), IsRemarkable);
  if (!is_remarkable && !sampler_.Takes()) return;
  absl::InlinedVector<Group, 4> groups;
  for (const RoutedItem& item : call.items) {
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& known) {
      return WentTheSameWay(*known.first, item);
    });
    if (group == groups.end()) {
      groups.push_back({.first = &item, .items = 1, .done_at = item.done_at});
      continue;
    }
    ++group->items;
    group->done_at = std::max(group->done_at, item.done_at);
  }
  for (const Group& group : groups) sink_.Write(LineOf(group, call.started()));
}

}  // namespace serin::router
