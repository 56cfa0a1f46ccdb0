#include "model-server/repository/large_blocks.h"

#include <malloc.h>

#include "common/status/check.h"

namespace serin::model_server {
namespace {

// Above what the messages of ordinary batches take, as mapping a block costs page faults.
constexpr int kBytes = 1 << 20;

}  // namespace

void GiveBackLargeBlocks() {
  SERIN_CHECK(mallopt(M_MMAP_THRESHOLD, kBytes) == 1);
  SERIN_CHECK(mallopt(M_TRIM_THRESHOLD, kBytes) == 1);
}

}  // namespace serin::model_server
