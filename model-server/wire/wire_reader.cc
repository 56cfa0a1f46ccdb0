#include "model-server/wire/wire_reader.h"

#include <limits>

namespace serin::model_server {

bool WireReader::ReadVarint(int max_bytes, uint64_t& value) {
  value = 0;
  for (int i = 0; i < max_bytes && at_ < end_; ++i) {
    const auto byte = static_cast<uint8_t>(*at_++);
    value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) return true;
  }
  return false;
}

bool WireReader::Skip(uint64_t bytes) {
  if (static_cast<uint64_t>(end_ - at_) < bytes) return false;
  at_ += bytes;
  return true;
}

bool WireReader::ReadValue() {
  uint64_t size = 0;
  switch (tag_ & 7) {
    case kVarint:
      return ReadVarint(kIntegerBytes, integer_);
    case kFixed64:
      return Skip(sizeof(uint64_t));
    case kFixed32:
      return Skip(sizeof(uint32_t));
    case kBytes:
      if (!ReadVarint(kIntegerBytes, size)) return false;
      bytes_ = std::string_view(at_, size);
      return Skip(size);
    default:
      return false;
  }
}

bool WireReader::Next() {
  if (at_ == end_ || !ok_) return false;
  uint64_t tag = 0;
  ok_ = ReadVarint(kTagBytes, tag) && tag <= std::numeric_limits<uint32_t>::max() && tag >> 3 != 0;
  tag_ = static_cast<uint32_t>(tag);
  ok_ = ok_ && ReadValue();
  return ok_;
}

}  // namespace serin::model_server
