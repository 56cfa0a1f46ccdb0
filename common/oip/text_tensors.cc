#include "common/oip/text_tensors.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "common/strings/utf8_prefix.h"

namespace serin::oip {
namespace {

using ::inference::ModelInferRequest;
using ::inference::ModelInferResponse;

static_assert(std::endian::native == std::endian::little, "raw tensors are little-endian");

constexpr size_t kLengthBytes = 4;

absl::Status Fault(std::string_view tensor, const std::string& expected_and_got) {
  // As far as it helps: both may hold what a caller sent, of any length.
  return absl::InvalidArgumentError(absl::StrCat("tensor ", std::string(Utf8Prefix(tensor, 100)),
                                                 ": expected ",
                                                 std::string(Utf8Prefix(expected_and_got, 300))));
}

absl::Status CheckOutputs(const ModelInferRequest& request) {
  std::set<std::string> seen;
  for (const auto& output : request.outputs()) {
    const std::string& name = output.name();
    if (name != "label" && name != "compound" && name != "scores") {
      return Fault(name, "an output among label, compound and scores, got this name");
    }
    if (!seen.insert(name).second) return Fault(name, "the output once, got it twice");
  }
  return absl::OkStatus();
}

// The number of texts that the shape promises.
absl::StatusOr<size_t> ElementsOf(const ModelInferRequest::InferInputTensor& input) {
  const auto& shape = input.shape();
  int64_t elements = -1;
  if (shape.size() == 1) elements = shape[0];
  if (shape.size() == 2 && shape[1] == 1) elements = shape[0];
  if (shape.size() == 2 && shape[0] == 1) elements = shape[1];
  if (elements >= 0) return static_cast<size_t>(elements);
  return Fault(input.name(),
               absl::StrCat("shape [N], [N, 1] or [1, N], got [", absl::StrJoin(shape, ", "), "]"));
}

absl::StatusOr<std::vector<std::string_view>> SplitRaw(std::string_view raw) {
  std::vector<std::string_view> texts;
  size_t at = 0;
  while (at < raw.size()) {
    if (raw.size() - at < kLengthBytes) {
      return Fault("text", absl::StrCat("a 4-byte length at byte ", at, " of raw_input_contents, ",
                                        "got ", raw.size() - at, " bytes"));
    }
    uint32_t length = 0;
    std::memcpy(&length, raw.data() + at, kLengthBytes);
    at += kLengthBytes;
    if (raw.size() - at < length) {
      return Fault("text", absl::StrCat(length, " bytes of text ", texts.size(), " at byte ", at,
                                        " of raw_input_contents, got ", raw.size() - at));
    }
    texts.push_back(raw.substr(at, length));
    at += length;
  }
  return texts;
}

void AppendRaw(std::string& raw, std::string_view text) {
  const auto length = static_cast<uint32_t>(text.size());
  raw.append(reinterpret_cast<const char*>(&length), kLengthBytes);
  raw.append(text);
}

void AppendRaw(std::string& raw, double value) {
  raw.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// One output in one of its two forms.
class OutputWriter {
 public:
  OutputWriter(ModelInferResponse& response, bool raw) : response_(response), raw_(raw) {}

  void Start(std::string_view name, std::string_view datatype, std::vector<int64_t> shape) {
    output_ = response_.add_outputs();
    output_->set_name(std::string(name));
    output_->set_datatype(std::string(datatype));
    output_->mutable_shape()->Assign(shape.begin(), shape.end());
    if (raw_) raw_content_ = response_.add_raw_output_contents();
  }

  void Add(std::string_view text) {
    if (raw_) {
      AppendRaw(*raw_content_, text);
    } else {
      output_->mutable_contents()->add_bytes_contents(std::string(text));
    }
  }

  void Add(double value) {
    if (raw_) {
      AppendRaw(*raw_content_, value);
    } else {
      output_->mutable_contents()->add_fp64_contents(value);
    }
  }

 private:
  ModelInferResponse& response_;
  const bool raw_;
  ModelInferResponse::InferOutputTensor* output_ = nullptr;
  std::string* raw_content_ = nullptr;
};

void WriteOutput(std::string_view name, absl::Span<const TextScores> scores, OutputWriter& out) {
  const auto count = static_cast<int64_t>(scores.size());
  if (name == "label") {
    out.Start(name, "BYTES", {count});
    for (const TextScores& score : scores) out.Add(score.label);
  } else if (name == "compound") {
    out.Start(name, "FP64", {count});
    for (const TextScores& score : scores) out.Add(score.compound);
  } else {
    out.Start(name, "FP64", {count, 3});
    for (const TextScores& score : scores) {
      out.Add(score.neg);
      out.Add(score.neu);
      out.Add(score.pos);
    }
  }
}

}  // namespace

absl::StatusOr<std::vector<std::string_view>> ReadTexts(const ModelInferRequest& request) {
  SERIN_RETURN_IF_ERROR(CheckOutputs(request));
  if (request.inputs_size() != 1 || request.inputs(0).name() != "text") {
    return Fault("text", absl::StrCat("exactly this input, got ", request.inputs_size(),
                                      request.inputs_size() == 1
                                          ? absl::StrCat(" named ", request.inputs(0).name())
                                          : std::string(" inputs")));
  }
  const auto& input = request.inputs(0);
  if (input.datatype() != "BYTES") {
    return Fault("text", absl::StrCat("datatype BYTES, got \"", input.datatype(), "\""));
  }
  SERIN_ASSIGN_OR_RETURN(const size_t elements, ElementsOf(input));
  std::vector<std::string_view> texts;
  if (request.raw_input_contents_size() > 0) {
    if (input.has_contents()) return Fault("text", "contents or raw_input_contents, got both");
    if (request.raw_input_contents_size() != 1) {
      return Fault("text", absl::StrCat("one entry in raw_input_contents, got ",
                                        request.raw_input_contents_size()));
    }
    SERIN_ASSIGN_OR_RETURN(texts, SplitRaw(request.raw_input_contents(0)));
  } else {
    const auto& contents = input.contents().bytes_contents();
    texts.assign(contents.begin(), contents.end());
  }
  if (texts.size() != elements) {
    return Fault("text", absl::StrCat(elements, " elements as its shape says, got ", texts.size()));
  }
  return texts;
}

absl::Status ElementError(size_t element, const absl::Status& error) {
  return absl::Status(error.code(),
                      absl::StrCat("tensor text, element ", element, ": ", error.message()));
}

void WriteScores(const ModelInferRequest& request, absl::Span<const TextScores> scores,
                 ModelInferResponse& response) {
  constexpr std::array<std::string_view, 3> kAllOutputs = {"label", "compound", "scores"};
  response.set_id(request.id());
  OutputWriter writer(response, request.raw_input_contents_size() > 0);
  if (request.outputs().empty()) {
    for (const std::string_view name : kAllOutputs) WriteOutput(name, scores, writer);
  }
  for (const auto& output : request.outputs()) WriteOutput(output.name(), scores, writer);
}

void DescribeTensors(inference::ModelMetadataResponse& response) {
  const auto describe = [](auto& tensor, const char* name, const char* datatype,
                           std::initializer_list<int64_t> shape) {
    tensor.set_name(name);
    tensor.set_datatype(datatype);
    tensor.mutable_shape()->Assign(shape.begin(), shape.end());
  };
  describe(*response.add_inputs(), "text", "BYTES", {-1});
  describe(*response.add_outputs(), "label", "BYTES", {-1});
  describe(*response.add_outputs(), "compound", "FP64", {-1});
  describe(*response.add_outputs(), "scores", "FP64", {-1, 3});
}

}  // namespace serin::oip
