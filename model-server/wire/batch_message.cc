#include "model-server/wire/batch_message.h"

#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/strings/trace_context.h"
#include "model-server/wire/wire_reader.h"

namespace serin::model_server {
namespace {

static_assert(std::endian::native == std::endian::little, "doubles are written as they lie");

// Tags of single bytes: field number << 3 | wire type.
constexpr uint8_t Varint(int field) { return static_cast<uint8_t>(field << 3); }
constexpr uint8_t Fixed64(int field) { return static_cast<uint8_t>(field << 3 | 1); }
constexpr uint8_t Bytes(int field) { return static_cast<uint8_t>(field << 3 | 2); }

constexpr size_t kSentimentSize = 4 * (1 + sizeof(double)) + 2;

size_t VarintSize(uint64_t value) { return static_cast<size_t>(std::bit_width(value | 1) + 6) / 7; }
size_t FieldSize(size_t bytes) { return 1 + VarintSize(bytes) + bytes; }

// Writes into room that was made for it.
class Writer {
 public:
  // Appends `size` bytes to `out`, which are written next.
  Writer(std::string& out, size_t size) {
    const size_t before = out.size();
    out.resize(before + size);
    at_ = out.data() + before;
  }

  void Tag(uint8_t tag) { *at_++ = static_cast<char>(tag); }
  void Integer(uint64_t value) {
    for (; value >= 0x80; value >>= 7) *at_++ = static_cast<char>(value | 0x80);
    *at_++ = static_cast<char>(value);
  }
  void Double(uint8_t tag, double value) {
    Tag(tag);
    std::memcpy(at_, &value, sizeof(value));
    at_ += sizeof(value);
  }
  void Text(uint8_t tag, std::string_view text) {
    Head(tag, text.size());
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  // Of a message that follows.
  void Head(uint8_t tag, size_t size) {
    Tag(tag);
    Integer(size);
  }

 private:
  char* at_;
};

uint64_t LabelNumber(Label label) {
  switch (label) {
    case Label::kNegative:
      return 1;
    case Label::kNeutral:
      return 2;
    case Label::kPositive:
      return 3;
  }
  return 0;
}

void WriteSentiment(const Sentiment& sentiment, Writer& writer) {
  writer.Head(Bytes(1), kSentimentSize);
  writer.Double(Fixed64(1), sentiment.neg);
  writer.Double(Fixed64(2), sentiment.neu);
  writer.Double(Fixed64(3), sentiment.pos);
  writer.Double(Fixed64(4), sentiment.compound);
  writer.Tag(Varint(5));
  writer.Integer(LabelNumber(sentiment.label));
}

size_t ErrorSize(const absl::Status& status) {
  return 1 + VarintSize(static_cast<uint64_t>(status.code())) + FieldSize(status.message().size());
}

void WriteError(const absl::Status& status, Writer& writer) {
  writer.Tag(Varint(1));
  writer.Integer(static_cast<uint64_t>(status.code()));
  writer.Text(Bytes(2), std::string_view(status.message().data(), status.message().size()));
}

bool ReadItem(std::string_view message, Query& query) {
  WireReader reader(message);
  while (reader.Next()) {
    if (reader.IsBytes(1)) query.text = reader.bytes();
    if (reader.IsBytes(3)) query.version = reader.bytes();
    if (reader.IsBytes(4)) query.request_id = reader.bytes();
    if (reader.IsBytes(5)) query.model = reader.bytes();
    if (reader.IsBytes(6)) query.trace_id = TraceIdOf(reader.bytes());
  }
  return reader.ok();
}

}  // namespace

absl::StatusOr<BatchHead> ReadBatch(std::string_view message, size_t max_items,
                                    std::vector<Query>& queries) {
  BatchHead head;
  queries.clear();
  WireReader reader(message);
  bool ok = true;
  while (ok && reader.Next()) {
    if (reader.IsInteger(1)) head.batch_id = reader.integer();
    if (!reader.IsBytes(2)) continue;
    if (++head.items <= max_items) ok = ReadItem(reader.bytes(), queries.emplace_back());
  }
  if (ok && reader.ok()) return head;
  return absl::InvalidArgumentError(
      absl::StrCat("message: expected a serin.v1.PredictBatchRequest, got ", message.size(),
                   " bytes that are malformed in or after item ", head.items));
}

void AppendBatchId(uint64_t batch_id, std::string& response) {
  Writer writer(response, 1 + VarintSize(batch_id));
  writer.Tag(Varint(1));
  writer.Integer(batch_id);
}

void AppendPrediction(const Prediction& prediction, std::string_view request_id,
                      std::string& response) {
  const std::string& model = prediction.by->name;
  const std::string& version = prediction.by->version;
  const size_t answer = FieldSize(kSentimentSize) + FieldSize(model.size()) +
                        FieldSize(version.size()) +
                        (request_id.empty() ? 0 : FieldSize(request_id.size()));
  Writer writer(response, FieldSize(FieldSize(answer)));
  writer.Head(Bytes(2), FieldSize(answer));
  writer.Head(Bytes(1), answer);
  WriteSentiment(prediction.sentiment, writer);
  writer.Text(Bytes(2), model);
  writer.Text(Bytes(3), version);
  if (!request_id.empty()) writer.Text(Bytes(6), request_id);
}

void AppendItemError(const absl::Status& status, std::string& response) {
  const size_t error = ErrorSize(status);
  Writer writer(response, FieldSize(FieldSize(error)));
  writer.Head(Bytes(2), FieldSize(error));
  writer.Head(Bytes(2), error);
  WriteError(status, writer);
}

void AppendBatchError(const absl::Status& status, std::string& response) {
  const size_t error = ErrorSize(status);
  Writer writer(response, FieldSize(error));
  writer.Head(Bytes(3), error);
  WriteError(status, writer);
}

}  // namespace serin::model_server
