#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"

namespace serin::stream {

// Says when a reader that set out to read one topic up to fixed offsets has got there. A
// partition's end may fall where no record is (compaction, transaction markers), so reaching the
// end of the partition counts as well as reading a record. Not thread-safe.
class EndOffsets {
 public:
  // The partition is read from `next` on; records from `end` on do not count.
  void Expect(int32_t partition, int64_t next, int64_t end);

  // A record was read. Returns whether it is in front of the end.
  bool OnRecord(int32_t partition, int64_t offset);
  // There is nothing at `next` yet.
  void OnPartitionEnd(int32_t partition, int64_t next);

  bool AllReached() const { return open_.empty(); }

 private:
  absl::flat_hash_map<int32_t, int64_t> open_;  // the ends not reached yet
};

}  // namespace serin::stream
