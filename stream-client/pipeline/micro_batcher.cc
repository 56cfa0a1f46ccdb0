#include "stream-client/pipeline/micro_batcher.h"

#include <algorithm>
#include <utility>

namespace serin::stream {
namespace {

constexpr size_t kMostReservedItems = 4096;

}  // namespace

void MicroBatcher::Add(BatchItem item, absl::Time now) {
  const size_t bytes = item.text.size();
  if (open_ != nullptr && open_->text_bytes + bytes > limits_.max_bytes) CloseOpen();
  if (open_ == nullptr) {
    open_ = std::make_unique<Batch>();
    open_->id = next_id_++;
    open_->opened_at = now;
    open_->items.reserve(std::min(limits_.max_records, kMostReservedItems));
  }
  open_->items.push_back(std::move(item));
  open_->text_bytes += bytes;
  if (open_->items.size() >= limits_.max_records || open_->text_bytes >= limits_.max_bytes) {
    CloseOpen();
  }
}

std::unique_ptr<Batch> MicroBatcher::TakeDue(absl::Time now) {
  if (open_ != nullptr && closed_.empty() && now >= deadline()) CloseOpen();
  if (closed_.empty()) return nullptr;
  std::unique_ptr<Batch> batch = std::move(closed_.front());
  closed_.pop_front();
  return batch;
}

void MicroBatcher::CloseOpen() {
  if (open_ != nullptr) closed_.push_back(std::move(open_));
}

void MicroBatcher::Drop(const TopicPartition& partition) {
  if (open_ != nullptr) open_->Drop(partition);
  if (open_ != nullptr && open_->items.empty()) open_ = nullptr;
  for (std::unique_ptr<Batch>& batch : closed_) batch->Drop(partition);
  std::erase_if(closed_, [](const std::unique_ptr<Batch>& batch) { return batch->items.empty(); });
}

void MicroBatcher::Clear() {
  open_ = nullptr;
  closed_.clear();
}

absl::Time MicroBatcher::deadline() const {
  if (!closed_.empty()) return absl::InfinitePast();
  return open_ == nullptr ? absl::InfiniteFuture() : open_->opened_at + limits_.linger;
}

}  // namespace serin::stream
