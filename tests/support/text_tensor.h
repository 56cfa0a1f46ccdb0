#pragma once

#include <string>
#include <vector>

#include "inference/grpc_service.pb.h"

namespace serin::testing {

// A ModelInfer of the model `sentiment` for these texts, in typed contents.
inline inference::ModelInferRequest TextTensor(const std::vector<std::string>& texts) {
  inference::ModelInferRequest request;
  request.set_model_name("sentiment");
  auto* const input = request.add_inputs();
  input->set_name("text");
  input->set_datatype("BYTES");
  input->add_shape(static_cast<int64_t>(texts.size()));
  for (const std::string& text : texts) input->mutable_contents()->add_bytes_contents(text);
  return request;
}

}  // namespace serin::testing
