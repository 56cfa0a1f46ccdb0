#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "router/revisions/revision.h"
#include "router/revisions/route.h"
#include "router/traffic/slot_table.h"

namespace serin::router {

// Who made the revisions that a config file asks for.
inline constexpr char kConfigActor[] = "config";

// The revision a route starts with.
struct StartRevision {
  Revision revision;
  SlotTable table;
  // Not in the log yet.
  bool is_new;
};

// Decides between the config file and the log. The last revision of the log wins unless
//  - there is none: the config's weights become revision 1;
//  - it came from the config, which says something else now: the config's become a new revision;
//  - it names a version that the config has no more: that version's weight is dropped in a new
//    revision (the config's weights are taken when nothing is left).
// Errors: INVALID_ARGUMENT for weights of the config that are not valid, DATA_LOSS for a slot table
// of the log that cannot be read.
absl::StatusOr<StartRevision> ChooseStart(const RouteSpec& spec,
                                          const std::vector<Revision>& history, absl::Time now);

// DATA_LOSS unless each number is one more than the one before; a compacted log may begin late.
absl::Status CheckNumbers(std::string_view route, const std::vector<Revision>& history);

}  // namespace serin::router
