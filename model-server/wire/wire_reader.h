#pragma once

#include <cstdint>
#include <string_view>

namespace serin::model_server {

// Walks the fields of one protobuf message in place, without building an object of it
// (https://protobuf.dev/programming-guides/encoding). Groups, which our messages do not have, count
// as malformed.
//
//   WireReader reader(bytes);
//   while (reader.Next()) { if (reader.IsBytes(1)) text = reader.bytes(); }
//   if (!reader.ok()) ...
class WireReader {
 public:
  // `message` must outlive the reader and the views it gives.
  explicit WireReader(std::string_view message)
      : at_(message.data()), end_(message.data() + message.size()) {}

  // Moves to the next field, known or not. False at the end and at the first malformed byte.
  bool Next();

  // Whether all that was read so far is well-formed.
  bool ok() const { return ok_; }

  // Whether the field at hand has this number and holds bytes (a string, a message), or an integer.
  // A field with its number but of another type is an unknown one to protobuf, too.
  bool IsBytes(uint32_t number) const { return tag_ == (number << 3 | kBytes); }
  bool IsInteger(uint32_t number) const { return tag_ == (number << 3 | kVarint); }

  std::string_view bytes() const { return bytes_; }  // when IsBytes()
  uint64_t integer() const { return integer_; }      // when IsInteger()

 private:
  static constexpr int kTagBytes = 5;
  static constexpr int kIntegerBytes = 10;

  enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  bool ReadVarint(int max_bytes, uint64_t& value);
  bool Skip(uint64_t bytes);
  bool ReadValue();

  const char* at_;
  const char* end_;
  bool ok_ = true;
  uint32_t tag_ = 0;
  uint64_t integer_ = 0;
  std::string_view bytes_;
};

}  // namespace serin::model_server
