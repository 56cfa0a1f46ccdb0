#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace serin {

// How many bytes a number takes as a varint.
inline size_t VarintSize(uint64_t value) {
  // 9/64 is close enough to 1/7 for every bit length.
  const int bits = 64 - __builtin_clzll(value | 1);
  return static_cast<size_t>(bits * 9 + 64) / 64;
}

// How many bytes a length-delimited field with a tag of one byte takes.
inline size_t BytesFieldSize(size_t size) { return 1 + VarintSize(size) + size; }

// Writes protobuf's encoding into room that was made for it; all tags are of one byte. Doubles are
// written as they lie, little-endian as all our machines.
class WireWriter {
 public:
  // Appends `size` bytes to `out`, which are written next: all of them, before `out` changes.
  WireWriter(std::string& out, size_t size) {
    const size_t before = out.size();
    out.resize(before + size);
    at_ = out.data() + before;
  }

  void Varint(uint64_t value) {
    while (value >= 0x80) {
      *at_++ = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    *at_++ = static_cast<char>(value);
  }
  void VarintField(int field, uint64_t value) {
    Tag(field, 0);
    Varint(value);
  }
  void DoubleField(int field, double value) {
    Tag(field, 1);
    std::memcpy(at_, &value, sizeof(value));
    at_ += sizeof(value);
  }
  // The head of a length-delimited field, whose content follows.
  void BytesHead(int field, size_t size) {
    Tag(field, 2);
    Varint(size);
  }
  void BytesField(int field, std::string_view value) {
    BytesHead(field, value.size());
    std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }

 private:
  void Tag(int field, int type) { *at_++ = static_cast<char>(field << 3 | type); }

  char* at_;
};

}  // namespace serin
