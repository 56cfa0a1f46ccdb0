// The router's own reading of the prediction messages finds what protobuf finds.
#include <cstring>
#include <string>

#include "common/status/check.h"
#include "google/protobuf/stubs/logging.h"
#include "router/wire/predictor_codec.h"
#include "serin/v1/predictor.pb.h"
#include "tests/fuzz/fuzz_target.h"

namespace serin::router {
namespace {

void CheckSame(const RoutedItem& item, const v1::PredictRequest& request) {
  SERIN_CHECK(item.text == request.text() && item.routing_key == request.routing_key() &&
              item.model == request.model() && item.model_version == request.model_version() &&
              item.request_id == request.request_id());
}

void CheckRequest(std::string_view input) {
  v1::PredictRequest request;
  const bool valid = request.ParseFromArray(input.data(), static_cast<int>(input.size()));
  RoutedItem item;
  SERIN_CHECK(ReadRequest(input, item) == valid);
  if (valid) CheckSame(item, request);
}

// The codec reads a batch's items one by one.
void CheckBatchRequest(std::string_view input) {
  v1::PredictBatchRequest batch;
  const bool valid = batch.ParseFromArray(input.data(), static_cast<int>(input.size()));
  BatchParts parts;
  bool read = ReadBatchRequest(input, parts);
  for (size_t i = 0; read && i < parts.parts.size(); ++i) {
    RoutedItem item;
    read = ReadRequest(parts.parts[i], item);
    if (read && valid) CheckSame(item, batch.items(static_cast<int>(i)));
  }
  SERIN_CHECK(read == valid);
  if (!valid) return;
  SERIN_CHECK(parts.batch_id == batch.batch_id());
  SERIN_CHECK(parts.parts.size() == static_cast<size_t>(batch.items_size()));
}

void CheckResponse(std::string_view input) {
  v1::PredictBatchResponse batch;
  const bool valid = batch.ParseFromArray(input.data(), static_cast<int>(input.size()));
  BatchParts parts;
  if (!ReadBatchResponse(input, parts)) {
    SERIN_CHECK(!valid);
    return;
  }
  if (parts.has_error) SERIN_CHECK(!ReadItemError(parts.error).ok());
  for (size_t i = 0; i < parts.parts.size(); ++i) {
    const Outcome outcome = ReadBatchResult(parts.parts[i]);
    if (!valid) continue;
    const v1::BatchResult& result = batch.results(static_cast<int>(i));
    SERIN_CHECK(outcome.ok() == result.has_response());
    if (outcome.ok()) {
      const double read = outcome->compound;
      const double written = result.response().sentiment().compound();
      SERIN_CHECK(std::memcmp(&read, &written, sizeof(read)) == 0);
    }
  }
}

}  // namespace
}  // namespace serin::router

SERIN_FUZZ(input) {
  // Protobuf writes a line about each string that is no UTF-8, and takes it.
  [[maybe_unused]] static auto* const quiet = google::protobuf::SetLogHandler(nullptr);
  serin::router::CheckRequest(input);
  serin::router::CheckBatchRequest(input);
  serin::router::CheckResponse(input);
}
