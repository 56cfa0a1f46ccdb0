#include "router/wire/predictor_codec.h"

#include <string>

#include "common/strings/absl_view.h"
#include "common/wire/wire_reader.h"
#include "common/wire/wire_writer.h"
#include "router/dispatch/route_backends.h"

namespace serin::router {
namespace {

using Type = WireReader::Type;

// The last of the canonical codes, UNAUTHENTICATED.
constexpr uint64_t kLastCode = 16;
constexpr uint64_t kLastLabel = 3;

// Four doubles and a label below 128, each with its tag.
constexpr size_t kSentimentSize = 4 * 9 + 2;

enum class Said { kNothing, kResponse, kError };

// Fields that come again are merged, as protobuf does.
bool ReadSentiment(std::string_view bytes, Sentiment& sentiment) {
  WireReader reader(bytes);
  while (reader.Next()) {
    uint64_t label = 0;
    if (reader.Is(1, Type::kFixed64)) {
      reader.Double(sentiment.neg);
    } else if (reader.Is(2, Type::kFixed64)) {
      reader.Double(sentiment.neu);
    } else if (reader.Is(3, Type::kFixed64)) {
      reader.Double(sentiment.pos);
    } else if (reader.Is(4, Type::kFixed64)) {
      reader.Double(sentiment.compound);
    } else if (reader.Is(5, Type::kVarint)) {
      // A value that the enum does not know is none.
      if (reader.Varint(label) && static_cast<uint32_t>(label) <= kLastLabel) {
        sentiment.label = static_cast<Label>(label);
      }
    } else {
      reader.Skip();
    }
  }
  return reader.ok();
}

bool ReadResponse(std::string_view bytes, Sentiment& sentiment) {
  WireReader reader(bytes);
  while (reader.Next()) {
    std::string_view inner;
    if (!reader.Is(1, Type::kBytes)) {
      reader.Skip();
    } else if (reader.Bytes(inner) && !ReadSentiment(inner, sentiment)) {
      return false;
    }
  }
  return reader.ok();
}

struct ErrorView {
  int32_t code = 0;
  std::string_view message;
};

bool ReadError(std::string_view bytes, ErrorView& error) {
  WireReader reader(bytes);
  while (reader.Next()) {
    uint64_t code = 0;
    if (reader.Is(1, Type::kVarint)) {
      if (reader.Varint(code)) error.code = static_cast<int32_t>(code);
    } else if (reader.Is(2, Type::kBytes)) {
      reader.Bytes(error.message);
    } else {
      reader.Skip();
    }
  }
  return reader.ok();
}

absl::Status StatusOf(const ErrorView& error) {
  const bool known = error.code >= 1 && static_cast<uint64_t>(error.code) <= kLastCode;
  const auto code = known ? static_cast<absl::StatusCode>(error.code) : absl::StatusCode::kUnknown;
  return absl::Status(code, AbslView(error.message));
}

absl::Status Unreadable() {
  return absl::InternalError("the model server's answer is no serin.v1.BatchResult");
}

// Without the request_id, which is empty more often than not.
size_t ResponseSize(const RoutedItem& item) {
  const size_t id = item.request_id.empty() ? 0 : BytesFieldSize(item.request_id.size());
  return BytesFieldSize(kSentimentSize) + BytesFieldSize(item.route->route().name().size()) +
         BytesFieldSize(item.answered_version().size()) + 1 + VarintSize(item.revision->number()) +
         2 + id;
}

void WriteResponse(const RoutedItem& item, WireWriter& writer) {
  const Sentiment& sentiment = *item.outcome;
  writer.BytesHead(1, kSentimentSize);
  writer.DoubleField(1, sentiment.neg);
  writer.DoubleField(2, sentiment.neu);
  writer.DoubleField(3, sentiment.pos);
  writer.DoubleField(4, sentiment.compound);
  writer.VarintField(5, static_cast<uint64_t>(sentiment.label));
  writer.BytesField(2, item.route->route().name());
  writer.BytesField(3, item.answered_version());
  writer.VarintField(4, item.revision->number());
  writer.VarintField(5, static_cast<uint64_t>(item.kind));
  if (!item.request_id.empty()) writer.BytesField(6, item.request_id);
}

size_t ErrorSize(const absl::Status& error) {
  return 1 + VarintSize(static_cast<uint64_t>(error.code())) +
         BytesFieldSize(error.message().size());
}

void WriteError(const absl::Status& error, WireWriter& writer) {
  writer.VarintField(1, static_cast<uint64_t>(error.code()));
  writer.BytesField(2, StdView(error.message()));
}

// One element of `results`: a BatchResult with a response or an error.
void AppendResult(const RoutedItem& item, std::string& out) {
  const bool ok = item.outcome.ok();
  const size_t inner = ok ? ResponseSize(item) : ErrorSize(item.outcome.status());
  const size_t result = BytesFieldSize(inner);
  WireWriter writer(out, BytesFieldSize(result));
  writer.BytesHead(2, result);
  writer.BytesHead(ok ? 1 : 2, inner);
  if (ok) {
    WriteResponse(item, writer);
  } else {
    WriteError(item.outcome.status(), writer);
  }
}

void AppendBatchId(uint64_t batch_id, std::string& out) {
  WireWriter(out, 1 + VarintSize(batch_id)).VarintField(1, batch_id);
}

size_t RequestSize(const Item& item) {
  return BytesFieldSize(item.text.size()) +
         (item.traceparent.empty() ? 0 : BytesFieldSize(item.traceparent.size()));
}

}  // namespace

bool ReadRequest(std::string_view bytes, RoutedItem& item) {
  std::string_view* const fields[] = {
      nullptr,          &item.text,  &item.routing_key, &item.model_version,
      &item.request_id, &item.model, &item.traceparent};
  WireReader reader(bytes);
  while (reader.Next()) {
    const uint32_t field = reader.field();
    if (field < std::size(fields) && reader.Is(field, Type::kBytes)) {
      reader.Bytes(*fields[field]);
    } else {
      reader.Skip();
    }
  }
  return reader.ok();
}

bool ReadBatchRequest(std::string_view bytes, BatchParts& batch) {
  WireReader reader(bytes);
  while (reader.Next()) {
    std::string_view part;
    if (reader.Is(1, Type::kVarint)) {
      reader.Varint(batch.batch_id);
    } else if (!reader.Is(2, Type::kBytes)) {
      reader.Skip();
    } else if (reader.Bytes(part)) {
      batch.parts.push_back(part);
    }
  }
  return reader.ok();
}

bool ReadBatchResponse(std::string_view bytes, BatchParts& batch) {
  WireReader reader(bytes);
  while (reader.Next()) {
    std::string_view part;
    if (reader.Is(1, Type::kVarint)) {
      reader.Varint(batch.batch_id);
    } else if (reader.Is(2, Type::kBytes)) {
      if (reader.Bytes(part)) batch.parts.push_back(part);
    } else if (reader.Is(3, Type::kBytes)) {
      batch.has_error = reader.Bytes(batch.error);
    } else {
      reader.Skip();
    }
  }
  return reader.ok();
}

Outcome ReadBatchResult(std::string_view bytes) {
  Said said = Said::kNothing;
  Sentiment sentiment;
  ErrorView error;
  WireReader reader(bytes);
  while (reader.Next()) {
    std::string_view inner;
    if (reader.Is(1, Type::kBytes)) {
      if (said != Said::kResponse) sentiment = {};
      said = Said::kResponse;
      if (reader.Bytes(inner) && !ReadResponse(inner, sentiment)) return Unreadable();
    } else if (reader.Is(2, Type::kBytes)) {
      if (said != Said::kError) error = {};
      said = Said::kError;
      if (reader.Bytes(inner) && !ReadError(inner, error)) return Unreadable();
    } else {
      reader.Skip();
    }
  }
  if (!reader.ok()) return Unreadable();
  if (said == Said::kResponse) return sentiment;
  if (said == Said::kError) return StatusOf(error);
  return absl::InternalError("the model server answered neither a response nor an error");
}

absl::Status ReadItemError(std::string_view bytes) {
  ErrorView error;
  return ReadError(bytes, error) ? StatusOf(error) : Unreadable();
}

void AppendResponse(const RoutedItem& item, std::string& out) {
  WireWriter writer(out, ResponseSize(item));
  WriteResponse(item, writer);
}

void AppendBatchResponse(uint64_t batch_id, absl::Span<const RoutedItem> items, std::string& out) {
  AppendBatchId(batch_id, out);
  for (const RoutedItem& item : items) AppendResult(item, out);
}

void AppendBatchError(uint64_t batch_id, const absl::Status& error, std::string& out) {
  AppendBatchId(batch_id, out);
  const size_t size = ErrorSize(error);
  WireWriter writer(out, BytesFieldSize(size));
  writer.BytesHead(3, size);
  WriteError(error, writer);
}

void AppendBatchRequest(uint64_t batch_id, absl::Span<Item* const> items, std::string& out) {
  AppendBatchId(batch_id, out);
  for (const Item* item : items) {
    const size_t size = RequestSize(*item);
    WireWriter writer(out, BytesFieldSize(size));
    writer.BytesHead(2, size);
    writer.BytesField(1, item->text);
    if (!item->traceparent.empty()) writer.BytesField(6, item->traceparent);
  }
}

}  // namespace serin::router
