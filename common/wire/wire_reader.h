#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace serin {

// Reads the fields of one protobuf message (protobuf.dev/programming-guides/encoding) from its
// bytes, without copying: where an answer costs a microsecond, an object of the message would cost
// more. It takes what protobuf's parser takes; after the first malformed byte everything fails.
//
//   WireReader reader(message);  // which must outlive the views it gives
//   while (reader.Next()) {
//     if (reader.Is(1, WireReader::Type::kBytes)) reader.Bytes(text); else reader.Skip();
//   }
//   if (!reader.ok()) ...
class WireReader {
 public:
  enum class Type : uint8_t {
    kVarint = 0,
    kFixed64 = 1,
    kBytes = 2,
    kStartGroup = 3,
    kEndGroup = 4,
    kFixed32 = 5,
  };

  explicit WireReader(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // The next field's number and type. False at the end, and on a fault: see ok().
  bool Next() {
    if (at_ == end_) return false;
    uint32_t tag = 0;
    if (!Short(tag) || (tag >> 3) == 0 || (tag & 7) > 5) return Fail();
    field_ = tag >> 3;
    type_ = static_cast<Type>(tag & 7);
    return true;
  }
  uint32_t field() const { return field_; }
  bool Is(uint32_t field, Type type) const { return field_ == field && type_ == type; }

  // The field's value, of the type that was seen. False on a fault.
  bool Varint(uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 70 && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return Fail();
  }
  bool Double(double& value) {
    static_assert(sizeof(value) == 8);
    if (end_ - at_ < 8) return Fail();
    std::memcpy(&value, at_, sizeof(value));  // Little-endian, as all our machines.
    at_ += 8;
    return true;
  }
  bool Bytes(std::string_view& value) {
    uint32_t size = 0;
    if (!Short(size)) return false;
    if (size > end_ - at_) return Fail();
    value = {at_, size};
    at_ += size;
    return true;
  }

  // Passes over the field's value, whatever it is. False on a fault.
  bool Skip() { return SkipNested(0); }

  // All was protobuf so far.
  bool ok() const { return !failed_; }

 private:
  static constexpr int kMostNesting = 100;

  bool Fail() {
    failed_ = true;
    at_ = end_;
    return false;
  }
  // A tag or a length: a varint of at most five bytes, of which 32 bits count, as in protobuf.
  bool Short(uint32_t& value) {
    value = 0;
    for (int shift = 0; shift < 35 && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint32_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return Fail();
  }
  bool SkipBytes(int64_t size) {
    if (end_ - at_ < size) return Fail();
    at_ += size;
    return true;
  }
  bool SkipNested(int depth) {
    uint64_t number = 0;
    std::string_view bytes;
    switch (type_) {
      case Type::kVarint:
        return Varint(number);
      case Type::kFixed64:
        return SkipBytes(8);
      case Type::kFixed32:
        return SkipBytes(4);
      case Type::kBytes:
        return Bytes(bytes);
      case Type::kStartGroup:
        return depth < kMostNesting ? SkipGroup(field_, depth) : Fail();
      case Type::kEndGroup:
        break;
    }
    return Fail();
  }
  bool SkipGroup(uint32_t group, int depth) {
    while (Next()) {
      if (type_ == Type::kEndGroup) return field_ == group || Fail();
      if (!SkipNested(depth + 1)) return false;
    }
    return Fail();
  }

  const char* at_;
  const char* end_;
  uint32_t field_ = 0;
  Type type_ = Type::kVarint;
  bool failed_ = false;
};

}  // namespace serin
