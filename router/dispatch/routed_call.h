#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "router/backends/item.h"
#include "router/backends/upstream.h"
#include "router/revisions/route.h"
#include "router/traffic/assignment.h"

namespace serin::router {

class RoutedCall;
class RouteBackends;
struct RouteView;

// One prediction of a call: what was asked, and after the call is done who answered and why. The
// views must live until the call is done. `outcome` is the answer.
class RoutedItem final : public Item {
 public:
  // Asked (with Item::text); empty: not given.
  std::string_view model;
  std::string_view model_version;
  std::string_view routing_key;
  // Given back with the answer; the router makes no other use of it.
  std::string_view request_id;

  // Answered. The route is null when the model is unknown.
  RouteBackends* route = nullptr;
  const ActiveRevision* revision = nullptr;
  // The version the request was assigned to, and the one that answered for it.
  uint16_t assigned = 0;
  uint16_t answered = 0;
  AssignmentKind kind = AssignmentKind::kBlock;

  // Who was asked last; null when nobody was.
  const Upstream* endpoint() const { return last_endpoint_; }
  // Whether another endpoint of the same version was tried after a failure.
  bool retried() const { return retried_; }

  // Only when the route is not null.
  const std::string& answered_version() const { return revision->versions()[answered]; }

 private:
  friend class RequestRouter;

  RoutedCall* call_ = nullptr;
  const RouteView* view_ = nullptr;
  Upstream* last_endpoint_ = nullptr;
  int attempts_ = 0;
  bool retried_ = false;
};

// One call of a user with any number of items. The front ends (gRPC, HTTP) derive from it. Stays
// at one address until OnAnswered(), which is called once all items are done, on any thread, with
// no lock held; it may destroy the call.
class RoutedCall {
 public:
  virtual ~RoutedCall() = default;

  // Set before RequestRouter::Start. One item queues in the small lane, more in the bulk lane.
  absl::Span<RoutedItem> items;
  absl::Time deadline;

  // When RequestRouter::Start was called.
  absl::Time started() const { return started_; }

 protected:
  virtual void OnAnswered() = 0;

 private:
  friend class RequestRouter;

  absl::Time started_;
  std::atomic<size_t> unfinished_{0};
  std::atomic<bool> cancelled_{false};
  // Keeps what the items point to: revisions and endpoints.
  absl::InlinedVector<std::shared_ptr<const RouteView>, 1> views_;
};

}  // namespace serin::router
