#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "stream-client/pipeline/batch.h"

namespace serin::stream {

// What stays in the order it was read in when results are written.
enum class Order {
  kPartition,  // the records of each partition
  kKey,        // the records of each key; those without a key are in no order
  kNone,
};

// Lets scored batches pass in the order asked for while they come back in any: a batch waits for
// the earlier ones that share a partition (or a key) with it. Not thread-safe.
class WriteOrder {
 public:
  explicit WriteOrder(Order order) : order_(order) {}

  // A batch is sent, in the order of reading.
  void Open(const Batch& batch);
  // It came back.
  void Hold(std::unique_ptr<Batch> batch);
  // The earliest batch that may be written now; null when there is none.
  std::unique_ptr<Batch> TakeReady();

 private:
  struct Entry {
    std::vector<uint64_t> lanes;  // hashes of what its records have to queue for
    std::unique_ptr<Batch> batch;
  };

  std::vector<uint64_t> LanesOf(const Batch& batch) const;

  const Order order_;
  size_t held_ = 0;
  std::map<uint64_t, Entry> entries_;  // by batch id
};

}  // namespace serin::stream
