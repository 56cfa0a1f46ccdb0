#include "stream-client/kafka/refusals.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace serin::stream {

RefusalVerdict JudgeRefusals(std::vector<Refusal> refused, size_t batch_bytes) {
  // A message without key and value has a size as well: that of its frame.
  auto rest = std::partition(refused.begin(), refused.end(), [&](const Refusal& refusal) {
    return refusal.bytes + 1 >= batch_bytes;
  });
  if (std::distance(rest, refused.end()) == 1) rest = refused.end();
  RefusalVerdict verdict{.lone = {refused.begin(), rest},
                         .together = {rest, refused.end()},
                         .batch_bytes = batch_bytes};
  if (verdict.together.empty()) return verdict;
  size_t bytes = 0;
  for (const Refusal& refusal : verdict.together) bytes += refusal.bytes;
  verdict.batch_bytes = std::max<size_t>(std::min(batch_bytes, bytes) / 2, 1);
  return verdict;
}

}  // namespace serin::stream
