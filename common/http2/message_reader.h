#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/http2/length_prefix.h"

namespace serin::http2 {

// How a peer says it compresses its messages (grpc-encoding).
enum class Encoding { kIdentity, kZlib, kUnknown };

// "" and identity, gzip and deflate; anything else is kUnknown.
Encoding EncodingOf(std::string_view name);

// Cuts a stream of bytes into gRPC's length-prefixed messages and inflates those that are
// compressed. Holds at most one message.
class MessageReader {
 public:
  // `most` is the largest message, as it is sent and inflated.
  explicit MessageReader(size_t most) : most_(most) {}

  void set_encoding(Encoding encoding) { encoding_ = encoding; }

  // Takes bytes up to the end of a message and says how many. Errors: RESOURCE_EXHAUSTED (a larger
  // message), INTERNAL (a flag that is neither 0 nor 1, or a compressed message on a stream that
  // names no encoding), INVALID_ARGUMENT (it cannot be inflated).
  absl::StatusOr<size_t> Add(std::string_view bytes);

  // A message is there to be taken.
  bool complete() const { return has_prefix() && message_.size() == length_ && ready_; }
  // In the middle of one.
  bool partial() const { return prefix_size_ > 0 && !complete(); }
  std::string Take();
  // Bytes of the message that is being read.
  size_t size() const { return message_.size(); }

 private:
  bool has_prefix() const { return prefix_size_ == kLengthPrefix; }
  absl::Status ReadPrefix();
  absl::Status Finish();

  const size_t most_;
  Encoding encoding_ = Encoding::kIdentity;
  std::array<char, kLengthPrefix> prefix_{};
  size_t prefix_size_ = 0;
  size_t length_ = 0;
  bool ready_ = false;
  std::string message_;
};

// Inflates zlib's and gzip's format. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED when more than
// `most` bytes come out.
absl::StatusOr<std::string> Inflate(std::string_view compressed, size_t most);

// RESOURCE_EXHAUSTED in the words of gRPC.
absl::Status MessageTooLarge(size_t size, size_t most);

}  // namespace serin::http2
