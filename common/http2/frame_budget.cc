#include "common/http2/frame_budget.h"

#include <algorithm>

namespace serin::http2 {
namespace {

bool Spend(int& left) { return left > 0 && left-- > 0; }

}  // namespace

bool FrameBudget::AllowsReceived(const nghttp2_frame& frame) {
  switch (frame.hd.type) {
    case NGHTTP2_PING:
    case NGHTTP2_SETTINGS:
      return (frame.hd.flags & NGHTTP2_FLAG_ACK) != 0 || Spend(idle_);
    case NGHTTP2_RST_STREAM:
      return Spend(resets_);
    case NGHTTP2_DATA:
      if (frame.hd.length == 0 && (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) {
        return Spend(idle_);
      }
      break;
    case NGHTTP2_HEADERS:
      break;
    default:
      return true;
  }
  idle_ = std::min(kIdleFrames, idle_ + kIdlePerUseful);
  return true;
}

bool FrameBudget::AllowsSent(const nghttp2_frame& frame) {
  const bool is_fault =
      frame.hd.type == NGHTTP2_RST_STREAM && frame.rst_stream.error_code != NGHTTP2_NO_ERROR;
  return !is_fault || Spend(faults_);
}

void FrameBudget::OnTick() {
  idle_ = std::min(kIdleFrames, idle_ + kIdlePerTick);
  resets_ = std::min(kResets, resets_ + kResetsPerTick);
  faults_ = std::min(kFaults, faults_ + kFaultsPerTick);
}

}  // namespace serin::http2
