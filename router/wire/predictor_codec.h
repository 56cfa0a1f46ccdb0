#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "router/dispatch/routed_call.h"

// The messages of serin/v1/predictor.proto that every prediction passes through, read and written
// by hand: what is read are views into the received bytes, what is written goes straight to the end
// of a buffer. The proto file is the contract; tests hold both against protobuf's own code. As
// there, strings are not checked for UTF-8, a field that comes twice counts as it came last, and
// unknown fields are passed over.
namespace serin::router {

// The top level of a PredictBatchRequest or a PredictBatchResponse: the bytes of its parts.
struct BatchParts {
  uint64_t batch_id = 0;
  absl::InlinedVector<std::string_view, 64> parts;
  // Of a response: the fields of its `error`, when it has one.
  bool has_error = false;
  std::string_view error;
};

// A PredictRequest into an item, whose views are of `bytes`. False: it is no such message.
bool ReadRequest(std::string_view bytes, RoutedItem& item);

// A PredictBatchRequest without its items' inside. False: it is none.
bool ReadBatchRequest(std::string_view bytes, BatchParts& batch);

// A PredictBatchResponse without its results' inside. False: it is none.
bool ReadBatchResponse(std::string_view bytes, BatchParts& batch);

// What a BatchResult says of one item: INTERNAL when it says neither response nor error, or is
// none.
Outcome ReadBatchResult(std::string_view bytes);

// An ItemError: never OK, a code outside gRPC's becomes UNKNOWN.
absl::Status ReadItemError(std::string_view bytes);

// Appends the PredictResponse of an item that succeeded.
void AppendResponse(const RoutedItem& item, std::string& out);

// Appends the PredictBatchResponse of items that are done.
void AppendBatchResponse(uint64_t batch_id, absl::Span<const RoutedItem> items, std::string& out);

// Appends the PredictBatchResponse of a batch that was refused as a whole.
void AppendBatchError(uint64_t batch_id, const absl::Status& error, std::string& out);

// Appends the PredictBatchRequest that carries items to a model server.
void AppendBatchRequest(uint64_t batch_id, absl::Span<Item* const> items, std::string& out);

}  // namespace serin::router
