#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "inference/grpc_service.pb.h"

// Texts and scores as tensors of the Open Inference Protocol, for all who speak it: a model server
// and the router as servers, the router as a client.
namespace serin::oip {

// The model's side of a tensor request: where the texts stand in it.
//
// Accepted: exactly one input `text`, datatype BYTES, shape [N], [N, 1] or [1, N] with as many
// elements in `contents.bytes_contents` or in raw_input_contents[0], not in both; requested outputs
// among label, compound and scores, each once. Everything else is INVALID_ARGUMENT naming the
// tensor. The views point into `request`.
absl::StatusOr<std::vector<std::string_view>> ReadTexts(
    const inference::ModelInferRequest& request);

// Tensors have no error of one element: the error of a call in which this element failed.
absl::Status ElementError(size_t element, const absl::Status& error);

// What one text got.
struct TextScores {
  std::string_view label;
  double compound = 0;
  double neg = 0;
  double neu = 0;
  double pos = 0;
};

// Writes id and the requested outputs, raw when the request was raw. `request` is one that
// ReadTexts() accepted; `scores` has an element for each of its texts.
void WriteScores(const inference::ModelInferRequest& request, absl::Span<const TextScores> scores,
                 inference::ModelInferResponse& response);

// The tensors of every model of ours, for ModelMetadata.
void DescribeTensors(inference::ModelMetadataResponse& response);

}  // namespace serin::oip
