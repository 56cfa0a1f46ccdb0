#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "inference/grpc_service.pb.h"
#include "router/backends/item.h"

namespace serin::router {

// Texts and sentiments as tensors of the Open Inference Protocol, for the router as its client.

// One input `text`, BYTES [N], with contents.
inference::ModelInferRequest InferRequest(const std::string& model, const std::string& version,
                                          absl::Span<const std::string> texts);

// What the response says of each of `count` texts. Of the outputs it takes `label` (BYTES [N], any
// case), `compound` (FP64 or FP32 [N]) and `scores` (FP64 or FP32 [N, 3]: neg, neu, pos), in
// contents or raw. What a model leaves out is derived:
//  - compound from scores: pos - neg; from the label alone: 1, 0 or -1;
//  - label from compound by VADER's rule: POSITIVE from 0.05, NEGATIVE to -0.05;
//  - scores from compound: pos or neg is its size, neu the rest.
// Every text is INTERNAL when all three are left out, or one has another type or size; one text is
// when its label is none of the three.
std::vector<Outcome> OutcomesOf(const inference::ModelInferResponse& response, size_t count);

}  // namespace serin::router
