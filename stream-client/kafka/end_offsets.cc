#include "stream-client/kafka/end_offsets.h"

namespace serin::stream {

void EndOffsets::Expect(int32_t partition, int64_t next, int64_t end) {
  if (next < end) open_[partition] = end;
}

bool EndOffsets::OnRecord(int32_t partition, int64_t offset) {
  auto it = open_.find(partition);
  if (it == open_.end()) return false;
  const bool counts = offset < it->second;
  if (offset + 1 >= it->second) open_.erase(it);
  return counts;
}

void EndOffsets::OnPartitionEnd(int32_t partition, int64_t next) {
  auto it = open_.find(partition);
  if (it != open_.end() && next >= it->second) open_.erase(it);
}

}  // namespace serin::stream
