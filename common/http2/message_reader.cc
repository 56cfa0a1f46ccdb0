#include "common/http2/message_reader.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace serin::http2 {
namespace {

// A peer that names a length has to send the bytes before more memory is taken for them.
constexpr size_t kFirstReserve = 64 << 10;

constexpr int kZlibOrGzip = 15 + 32;

}  // namespace

Encoding EncodingOf(std::string_view name) {
  if (name.empty() || name == "identity") return Encoding::kIdentity;
  return name == "gzip" || name == "deflate" ? Encoding::kZlib : Encoding::kUnknown;
}

absl::Status MessageTooLarge(size_t size, size_t most) {
  return absl::ResourceExhaustedError(
      absl::StrCat("Received message larger than max (", size, " vs. ", most, ")"));
}

absl::Status MessageReader::ReadPrefix() {
  const auto byte = [this](size_t i) {
    return static_cast<uint32_t>(static_cast<uint8_t>(prefix_[i]));
  };
  length_ = byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4);
  if (byte(0) > 1) {
    return absl::InternalError(
        absl::StrCat("expected a message prefixed by 0 or 1, got ", byte(0)));
  }
  if (length_ > most_) return MessageTooLarge(length_, most_);
  if (byte(0) == 1 && encoding_ != Encoding::kZlib) {
    return absl::InternalError("a message is compressed, but grpc-encoding names no compression");
  }
  message_.reserve(std::min(length_, kFirstReserve));
  return absl::OkStatus();
}

absl::Status MessageReader::Finish() {
  if (prefix_[0] == 1) {
    SERIN_ASSIGN_OR_RETURN(message_, Inflate(message_, most_));
    length_ = message_.size();
  }
  ready_ = true;
  return absl::OkStatus();
}

absl::StatusOr<size_t> MessageReader::Add(std::string_view bytes) {
  size_t taken = 0;
  if (!has_prefix()) {
    taken = std::min(bytes.size(), kLengthPrefix - prefix_size_);
    std::memcpy(prefix_.data() + prefix_size_, bytes.data(), taken);
    prefix_size_ += taken;
    if (!has_prefix()) return taken;
    SERIN_RETURN_IF_ERROR(ReadPrefix());
  }
  const size_t more = std::min(bytes.size() - taken, length_ - message_.size());
  message_.append(bytes.data() + taken, more);
  if (message_.size() == length_) SERIN_RETURN_IF_ERROR(Finish());
  return taken + more;
}

std::string MessageReader::Take() {
  prefix_size_ = 0;
  ready_ = false;
  return std::exchange(message_, {});
}

absl::StatusOr<std::string> Inflate(std::string_view compressed, size_t most) {
  z_stream stream{};
  if (inflateInit2(&stream, kZlibOrGzip) != Z_OK) return absl::InternalError("zlib cannot start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string inflated;
  int result = Z_OK;
  while (result == Z_OK && inflated.size() <= most) {
    std::array<char, 16 << 10> piece;
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_NO_FLUSH);
    inflated.append(piece.data(), piece.size() - stream.avail_out);
  }
  const bool whole = result == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (inflated.size() > most) return MessageTooLarge(inflated.size(), most);
  if (!whole) return absl::InvalidArgumentError("a message cannot be inflated");
  return inflated;
}

}  // namespace serin::http2
