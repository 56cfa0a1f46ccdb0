#pragma once

#include <nghttp2/nghttp2.h>

#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "common/http2/metadata.h"

namespace serin::http2 {

using FieldList = absl::InlinedVector<nghttp2_nv, 12>;

// A field for nghttp2 that is not copied: it must live until the frame is sent.
nghttp2_nv StaticField(const Field& field);

// One that nghttp2 copies.
nghttp2_nv CopiedField(const Field& field);

// The fields of a gRPC status: grpc-status, grpc-message (its first KiB) and further trailers. They
// are appended to `fields` and live as long as this object.
class StatusFields {
 public:
  StatusFields(const absl::Status& status, const Metadata& trailers, FieldList& fields);
  StatusFields(const StatusFields&) = delete;

 private:
  std::string code_;
  std::string message_;
};

}  // namespace serin::http2
