#include "model-server/wire/batch_message.h"

#include "absl/strings/str_cat.h"
#include "common/strings/absl_view.h"
#include "common/strings/trace_context.h"
#include "common/wire/wire_reader.h"
#include "common/wire/wire_writer.h"

namespace serin::model_server {
namespace {

using Type = WireReader::Type;

// Four doubles and a label below 128, each with its tag.
constexpr size_t kSentimentSize = 4 * 9 + 2;

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

void WriteSentiment(const Sentiment& sentiment, WireWriter& writer) {
  writer.BytesHead(1, kSentimentSize);
  writer.DoubleField(1, sentiment.neg);
  writer.DoubleField(2, sentiment.neu);
  writer.DoubleField(3, sentiment.pos);
  writer.DoubleField(4, sentiment.compound);
  writer.VarintField(5, LabelNumber(sentiment.label));
}

size_t ErrorSize(const absl::Status& status) {
  return 1 + VarintSize(static_cast<uint64_t>(status.code())) +
         BytesFieldSize(status.message().size());
}

void WriteError(const absl::Status& status, WireWriter& writer) {
  writer.VarintField(1, static_cast<uint64_t>(status.code()));
  writer.BytesField(2, StdView(status.message()));
}

bool ReadItem(std::string_view message, Query& query) {
  std::string_view traceparent;
  std::string_view* const fields[] = {nullptr,           &query.text,  nullptr,     &query.version,
                                      &query.request_id, &query.model, &traceparent};
  WireReader reader(message);
  while (reader.Next()) {
    const uint32_t field = reader.field();
    if (field < std::size(fields) && fields[field] != nullptr && reader.Is(field, Type::kBytes)) {
      reader.Bytes(*fields[field]);
    } else {
      reader.Skip();
    }
  }
  if (!traceparent.empty()) query.trace_id = TraceIdOf(traceparent);
  return reader.ok();
}

}  // namespace

absl::StatusOr<BatchHead> ReadBatch(std::string_view message, size_t max_items,
                                    std::vector<Query>& queries) {
  BatchHead head;
  queries.clear();
  WireReader reader(message);
  bool items_ok = true;
  while (items_ok && reader.Next()) {
    std::string_view item;
    if (reader.Is(1, Type::kVarint)) {
      reader.Varint(head.batch_id);
    } else if (!reader.Is(2, Type::kBytes)) {
      reader.Skip();
    } else if (reader.Bytes(item) && ++head.items <= max_items) {
      items_ok = ReadItem(item, queries.emplace_back());
    }
  }
  if (items_ok && reader.ok()) return head;
  return absl::InvalidArgumentError(
      absl::StrCat("message: expected a serin.v1.PredictBatchRequest, got ", message.size(),
                   " bytes that are malformed in or after item ", head.items));
}

void AppendBatchId(uint64_t batch_id, std::string& response) {
  WireWriter(response, 1 + VarintSize(batch_id)).VarintField(1, batch_id);
}

void AppendPrediction(const Prediction& prediction, std::string_view request_id,
                      std::string& response) {
  const std::string& model = prediction.by->name;
  const std::string& version = prediction.by->version;
  const size_t answer = BytesFieldSize(kSentimentSize) + BytesFieldSize(model.size()) +
                        BytesFieldSize(version.size()) +
                        (request_id.empty() ? 0 : BytesFieldSize(request_id.size()));
  WireWriter writer(response, BytesFieldSize(BytesFieldSize(answer)));
  writer.BytesHead(2, BytesFieldSize(answer));
  writer.BytesHead(1, answer);
  WriteSentiment(prediction.sentiment, writer);
  writer.BytesField(2, model);
  writer.BytesField(3, version);
  if (!request_id.empty()) writer.BytesField(6, request_id);
}

void AppendItemError(const absl::Status& status, std::string& response) {
  const size_t error = ErrorSize(status);
  WireWriter writer(response, BytesFieldSize(BytesFieldSize(error)));
  writer.BytesHead(2, BytesFieldSize(error));
  writer.BytesHead(2, error);
  WriteError(status, writer);
}

void AppendBatchError(const absl::Status& status, std::string& response) {
  const size_t error = ErrorSize(status);
  WireWriter writer(response, BytesFieldSize(error));
  writer.BytesHead(3, error);
  WriteError(status, writer);
}

}  // namespace serin::model_server
