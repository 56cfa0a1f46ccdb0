#include "stream-client/pipeline/batch.h"

namespace serin::stream {

void Batch::Drop(const TopicPartition& partition) {
  std::erase_if(items, [&](const BatchItem& item) {
    const bool drop =
        item.record.partition == partition.partition && item.record.topic == partition.topic;
    if (drop) text_bytes -= item.text.size();
    return drop;
  });
  std::erase_if(slices, [&](const PartitionSlice& slice) { return slice.partition == partition; });
}

}  // namespace serin::stream
