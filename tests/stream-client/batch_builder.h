#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stream-client/pipeline/batch.h"

namespace serin::stream {

// A record of topic "in" that owns its bytes.
inline Record MakeRecord(int32_t partition, int64_t offset, std::string value = "text",
                         std::string key = "") {
  auto bytes =
      std::make_unique<std::pair<std::string, std::string>>(std::move(key), std::move(value));
  Record record;
  record.topic = "in";
  record.partition = partition;
  record.offset = offset;
  if (!bytes->first.empty()) record.key = bytes->first;
  record.value = bytes->second;
  record.owner = Record::Owner(bytes.release(), [](void* owned) {
    delete static_cast<std::pair<std::string, std::string>*>(owned);
  });
  return record;
}

inline BatchItem MakeItem(int32_t partition, int64_t offset, const std::string& text = "text") {
  return {.record = MakeRecord(partition, offset, text), .text = text, .outcome = {}};
}

inline std::unique_ptr<Batch> MakeBatch(uint64_t id, std::vector<BatchItem> items) {
  auto batch = std::make_unique<Batch>();
  batch->id = id;
  batch->items = std::move(items);
  return batch;
}

// A batch with the given texts, from partition 0.
inline std::unique_ptr<Batch> MakeTextBatch(const std::vector<std::string>& texts) {
  std::vector<BatchItem> items;
  for (size_t i = 0; i < texts.size(); ++i) {
    items.push_back(MakeItem(0, static_cast<int64_t>(i), texts[i]));
  }
  return MakeBatch(0, std::move(items));
}

}  // namespace serin::stream
