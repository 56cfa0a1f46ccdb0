#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "stream-client/pipeline/batch.h"
#include "stream-client/scoring/retry_budget.h"
#include "stream-client/scoring/retry_policy.h"

namespace serin::stream {

// One request to the router: some items of one batch.
struct Attempt {
  uint64_t id = 0;  // the request's batch_id; never used twice
  Batch* batch = nullptr;
  std::vector<uint32_t> items;  // places in batch->items
  int number = 1;               // how often these items have been tried, this time included
  // Must not share a stream with another request: one of those it shared one with broke it.
  bool alone = false;
  bool refused_before = false;  // its items were, for now, when they were tried last
};

// The answer to one item.
struct ItemFault {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string message;
};
using ItemAnswer = std::variant<Score, ItemFault>;

struct AttemptLimits {
  RetryPolicy retry;
  absl::Duration timeout = absl::Seconds(30);  // of one attempt
  // Of one request; a larger batch becomes several, so that the peer's message limit holds.
  size_t max_request_bytes = 3 << 20;
  size_t max_request_items = 8192;
};

// Keeps what is to be tried, what is under way and what comes next, without sending anything:
//  - an item the peer refuses for good, or refuses retriably for the last time, fails; refused
//    retriably before, it is tried again, without the items that succeeded;
//  - a request that fails as a whole (deadline, refused, broke its stream alone) is tried once more
//    as it is and from then on in halves, so that one item that breaks its peer takes no other with
//    it; a single item fails after max_attempts;
//  - requests whose common stream broke are tried again one a stream, and no attempt is counted;
//    who broke it shows then.
// While most items are refused for now, those wait longer (RetryBudget); what failed as a whole
// does not. Batches are finished in any order. Not thread-safe.
class AttemptBook {
 public:
  // `random` answers with numbers in [0, 1).
  AttemptBook(AttemptLimits limits, std::function<double()> random)
      : limits_(limits), random_(std::move(random)) {}

  void Add(std::unique_ptr<Batch> batch);

  // An attempt whose time has come, now under way until its deadline; null when there is none. The
  // attempt stays valid until it is answered, fails or expires.
  const Attempt* Start(absl::Time now);
  bool HasDue(absl::Time now) const { return Due(now) != nullptr; }
  // Whether the attempt that Start() would give must be alone on its stream.
  bool NextIsAlone(absl::Time now) const { return Due(now)->begin()->second.alone; }
  // Whether refused items would be tried again now if the budget allowed it.
  bool HoldsBack(absl::Time now) const;

  // The peer answered, one answer an item. An attempt that is not under way any more is ignored.
  void Answer(uint64_t id, std::vector<ItemAnswer> answers, absl::Time now);
  // The attempt failed as a whole.
  void FailWhole(uint64_t id, const absl::Status& why, absl::Time now);
  // The attempt was on a stream that broke under several.
  void FailShared(uint64_t id, absl::Time now);
  // Attempts under way whose deadline has passed; the caller fails them.
  std::vector<uint64_t> Expired(absl::Time now) const;

  // A batch of which every item has an outcome, or null.
  std::unique_ptr<Batch> TakeFinished();

 private:
  struct Pending {
    std::unique_ptr<Batch> batch;
    size_t attempts = 0;  // waiting or under way
  };
  struct Running {
    Attempt attempt;
    absl::Time deadline;
  };

  using Queue = std::multimap<absl::Time, Attempt>;  // by when they may start

  // The queue whose first attempt is the next one; null when none is due.
  const Queue* Due(absl::Time now) const;
  // Takes an attempt back from those under way; nullopt for one that is not.
  std::optional<Attempt> TakeRunning(uint64_t id);
  // `attempt` says what to send; its id is given here.
  void Enqueue(Attempt attempt, absl::Time not_before);
  void Close(Batch* batch);
  void RetryItems(const Attempt& attempt, std::vector<uint32_t> items, absl::Time now,
                  bool refused = false);

  const AttemptLimits limits_;
  const std::function<double()> random_;
  uint64_t next_id_ = 1;
  absl::flat_hash_map<const Batch*, Pending> batches_;
  Queue waiting_;
  Queue refused_;  // of items that were refused for now: these wait for the budget, too
  RetryBudget budget_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<Running>> running_;
  std::deque<std::unique_ptr<Batch>> finished_;
};

}  // namespace serin::stream
