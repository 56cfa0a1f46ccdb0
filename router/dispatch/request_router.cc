#include "router/dispatch/request_router.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "router/backends/endpoint_picker.h"

namespace serin::router {
namespace {

// One try on another endpoint of the assigned version, then the same for the stable version.
constexpr int kTriesPerVersion = 2;

// Larger sub-batches are spread over endpoints and streams in pieces of this many items.
constexpr size_t kPieceItems = 1024;

// The server's own answer, not a failure to get one.
bool IsAnswer(absl::StatusCode code) {
  return code != absl::StatusCode::kUnavailable && code != absl::StatusCode::kDeadlineExceeded &&
         code != absl::StatusCode::kCancelled;
}

absl::Status NoEndpoint(const RouteView& view, uint16_t version) {
  const ActiveRevision& revision = *view.revision;
  return absl::UnavailableError(absl::StrCat("no endpoint of version ",
                                             revision.versions()[version], " of model ",
                                             revision.record().route, " is ready"));
}

}  // namespace

// The routes one call touches, each with one view for all its items.
struct RequestRouter::RouteUse {
  RouteBackends* route;
  std::shared_ptr<const RouteView> view;
  uint64_t items = 0;
  uint64_t keyless = 0;
  uint64_t next_sequence = 0;
};

void RequestRouter::Start(RoutedCall& call) {
  call.started_ = clock_.Now();
  // One more than the items, so that the call outlives this function.
  call.unfinished_.store(call.items.size() + 1, std::memory_order_relaxed);
  RouteUses uses;
  for (RoutedItem& item : call.items) {
    item.call_ = &call;
    item.owner = this;
    item.deadline = call.deadline;
    item.lane = call.items.size() == 1 ? Lane::kSmall : Lane::kBulk;
    const absl::Status resolved = Resolve(item, uses);
    item.outcome = resolved.ok() ? Outcome(Sentiment{}) : Outcome(resolved);
  }
  for (RouteUse& use : uses) {
    if (use.keyless > 0) use.next_sequence = use.view->revision->TakeSequences(use.keyless);
    use.route->retry_budget.OnRequests(use.items, call.started_);
  }
  for (RoutedItem& item : call.items) {
    if (item.outcome.ok()) Assign(item, uses);
  }
  for (RouteUse& use : uses) call.views_.push_back(std::move(use.view));
  SendAll(call);
  FinishOne(call);
}

absl::Status RequestRouter::Resolve(RoutedItem& item, RouteUses& uses) const {
  SERIN_ASSIGN_OR_RETURN(item.route, FindRoute(routes_, item.model));
  auto use = std::find_if(uses.begin(), uses.end(),
                          [&](const RouteUse& known) { return known.route == item.route; });
  if (use == uses.end()) {
    uses.push_back({.route = item.route, .view = item.route->view()});
    use = uses.end() - 1;
  }
  item.view_ = use->view.get();
  item.revision = item.view_->revision.get();
  ++use->items;
  if (item.model_version.empty()) {
    use->keyless += item.routing_key.empty() ? 1 : 0;
    return absl::OkStatus();
  }
  const absl::StatusOr<uint16_t> pinned = FindVersion(*item.revision, item.model_version);
  if (!pinned.ok()) {
    item.route = nullptr;
    return pinned.status();
  }
  item.kind = AssignmentKind::kPinned;
  item.assigned = *pinned;
  return absl::OkStatus();
}

void RequestRouter::Assign(RoutedItem& item, RouteUses& uses) const {
  if (item.kind != AssignmentKind::kPinned) {
    const Split& split = item.revision->split();
    Split::Choice choice{};
    if (item.routing_key.empty()) {
      const auto use = std::find_if(uses.begin(), uses.end(),
                                    [&](const RouteUse& u) { return u.route == item.route; });
      choice = split.BySequence(use->next_sequence++);
    } else {
      choice = split.ByKey(item.routing_key);
    }
    item.assigned = choice.version;
    item.kind = choice.kind;
  }
  item.answered = item.assigned;
  // Checked after the assignment, so that it is counted like a text the model server refuses.
  if (item.text.size() > max_text_bytes_) {
    item.outcome = absl::InvalidArgumentError(
        absl::StrCat("text: expected at most ", max_text_bytes_, " bytes, got ", item.text.size()));
  }
}

void RequestRouter::SendAll(RoutedCall& call) {
  struct Group {
    const RouteView* view;
    uint16_t version;
    ItemList items;
  };
  absl::InlinedVector<Group, 4> groups;
  for (RoutedItem& item : call.items) {
    if (!item.outcome.ok()) {
      item.done_at = call.started_;
      Finish(item);
      continue;
    }
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
      return g.view == item.view_ && g.version == item.assigned;
    });
    if (group == groups.end()) {
      groups.push_back({item.view_, item.assigned, {}});
      group = groups.end() - 1;
    }
    group->items.PushBack(item);
  }
  for (Group& group : groups) SendTo(*group.view, group.version, std::move(group.items));
}

Upstream* RequestRouter::Pick(const RouteView& view, uint16_t version,
                              const Upstream* avoid) const {
  return PickEndpoint(*view.versions[version].endpoints, avoid, clock_.Now(), CheapRandom());
}

void RequestRouter::SendTo(const RouteView& view, uint16_t version, ItemList items) {
  while (!items.empty()) {
    Upstream* const endpoint = Pick(view, version, nullptr);
    if (endpoint == nullptr) return Spill(view, version, std::move(items));
    ItemList piece;
    while (!items.empty() && piece.size() < kPieceItems) {
      auto& item = static_cast<RoutedItem&>(items.PopFront());
      item.last_endpoint_ = endpoint;
      ++item.attempts_;
      piece.PushBack(item);
    }
    endpoint->Send(std::move(piece));
  }
}

void RequestRouter::Spill(const RouteView& view, uint16_t version, ItemList items) {
  const uint16_t stable = view.revision->versions().stable();
  Upstream* const endpoint = version == stable ? nullptr : Pick(view, stable, nullptr);
  ItemList spilled;
  while (!items.empty()) {
    auto& item = static_cast<RoutedItem&>(items.PopFront());
    if (endpoint == nullptr || item.kind == AssignmentKind::kPinned) {
      item.outcome = NoEndpoint(view, version);
      item.done_at = clock_.Now();
      Finish(item);
      continue;
    }
    item.kind = AssignmentKind::kSpill;
    item.answered = stable;
    item.last_endpoint_ = endpoint;
    ++item.attempts_;
    spilled.PushBack(item);
  }
  if (!spilled.empty()) endpoint->Send(std::move(spilled));
}

void RequestRouter::OnItemDone(Item& base) {
  auto& item = static_cast<RoutedItem&>(base);
  const bool left = item.sent_at > item.call_->started_;
  item.last_endpoint_->quality().Observe(item.done_at,
                                         left ? item.done_at - item.sent_at : absl::ZeroDuration(),
                                         item.outcome.status().code());
  if (item.outcome.status().code() == absl::StatusCode::kUnavailable && Retry(item)) return;
  Finish(item);
}

bool RequestRouter::Retry(RoutedItem& item) {
  if (item.call_->cancelled_.load(std::memory_order_relaxed)) return false;
  if (clock_.Now() >= item.deadline) return false;
  const RouteView& view = *item.view_;
  Upstream* endpoint = nullptr;
  if (item.attempts_ < kTriesPerVersion && item.route->retry_budget.Take(clock_.Now())) {
    endpoint = Pick(view, item.answered, item.last_endpoint_);
    item.retried_ |= endpoint != nullptr;
  }
  const uint16_t stable = view.revision->versions().stable();
  const bool may_fall_back = item.answered != stable && item.kind != AssignmentKind::kPinned;
  if (endpoint == nullptr && may_fall_back) {
    endpoint = Pick(view, stable, nullptr);
    if (endpoint == nullptr) return false;
    item.answered = stable;
    item.kind = AssignmentKind::kFallback;
    item.attempts_ = 0;
  }
  if (endpoint == nullptr) return false;
  SendOne(item, *endpoint);
  return true;
}

void RequestRouter::SendOne(RoutedItem& item, Upstream& endpoint) {
  item.last_endpoint_ = &endpoint;
  ++item.attempts_;
  ItemList list;
  list.PushBack(item);
  endpoint.Send(std::move(list));
}

void RequestRouter::Finish(RoutedItem& item) {
  if (item.route != nullptr) {
    VersionStats& version = *item.view_->versions[item.assigned].stats;
    const absl::StatusCode code = item.outcome.status().code();
    const absl::Time started = item.call_->started_;
    version.requests(item.kind, code).fetch_add(1, std::memory_order_relaxed);
    version.duration.Observe(absl::ToInt64Nanoseconds(item.done_at - started));
    if (item.sent_at > started) {
      item.route->stats.overhead.Observe(absl::ToInt64Nanoseconds(item.sent_at - started));
    }
    if (item.answered != item.assigned) version.fallbacks.fetch_add(1, std::memory_order_relaxed);
    const bool counts = item.kind != AssignmentKind::kPinned && IsAnswer(code);
    if (counts) item.revision->CountServed(item.answered);
  }
  FinishOne(*item.call_);
}

void RequestRouter::FinishOne(RoutedCall& call) {
  if (call.unfinished_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (log_ != nullptr) log_->OnDone(call);
  call.OnAnswered();
}

void RequestRouter::Cancel(RoutedCall& call) {
  call.cancelled_.store(true, std::memory_order_relaxed);
  // Holds the call while its items are taken back; when it is done already there is nothing to do.
  size_t unfinished = call.unfinished_.load(std::memory_order_relaxed);
  do {
    if (unfinished == 0) return;
  } while (!call.unfinished_.compare_exchange_weak(unfinished, unfinished + 1));
  for (RoutedItem& item : call.items) {
    if (!item.Withdraw()) continue;
    item.outcome = absl::CancelledError("the caller has gone");
    item.done_at = clock_.Now();
    Finish(item);
  }
  FinishOne(call);
}

}  // namespace serin::router
