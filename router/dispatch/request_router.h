#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "common/time/clock.h"
#include "router/dispatch/call_log.h"
#include "router/dispatch/route_backends.h"
#include "router/dispatch/routed_call.h"

namespace serin::router {

// From a call to its answers: finds each item's route, assigns a version, sends it, and keeps a
// canary's failure from the user. UNAVAILABLE is tried on another endpoint of the version once, as
// long as the retry budget lasts, then on the stable version, inside the deadline; a version
// without a ready endpoint spills to the stable one at once. A pinned item stays with its version.
// Thread-safe.
class RequestRouter final : private ItemOwner {
 public:
  // In the order of the config, the first is the default route; all must outlive the router.
  // A text longer than `max_text_bytes` is refused here, for it could break a shared stream.
  // `log` is told of every call; null: nobody is.
  RequestRouter(const RouteBackendsList& routes, const Clock& clock, size_t max_text_bytes,
                CallLog* log = nullptr)
      : routes_(routes), clock_(clock), max_text_bytes_(max_text_bytes), log_(log) {}

  // `call` gets OnAnswered(), maybe before this returns.
  void Start(RoutedCall& call);

  // The user has gone or the deadline has passed: items are taken back from the model servers and
  // answered with CANCELLED. Must be called before OnAnswered() returns, or the call may be gone.
  void Cancel(RoutedCall& call);

 private:
  struct RouteUse;
  using RouteUses = absl::InlinedVector<RouteUse, 1>;

  absl::Status Resolve(RoutedItem& item, RouteUses& uses) const;
  void Assign(RoutedItem& item, RouteUses& uses) const;
  void SendAll(RoutedCall& call);
  Upstream* Pick(const RouteView& view, uint16_t version, const Upstream* avoid) const;
  void SendTo(const RouteView& view, uint16_t version, ItemList items);
  void Spill(const RouteView& view, uint16_t version, ItemList items);
  bool Retry(RoutedItem& item);
  void SendOne(RoutedItem& item, Upstream& endpoint);
  void OnItemDone(Item& item) override;
  void Finish(RoutedItem& item);
  void FinishOne(RoutedCall& call);

  const RouteBackendsList& routes_;
  const Clock& clock_;
  const size_t max_text_bytes_;
  CallLog* const log_;
};

}  // namespace serin::router
