#include "common/http2/nghttp2_fields.h"

#include "absl/strings/str_cat.h"
#include "common/http2/grpc_text.h"
#include "common/strings/absl_view.h"

namespace serin::http2 {
namespace {

// A longer grpc-message is cut: most clients refuse headers of more than 8 KiB, and nghttp2 sends
// none of more than 64 KiB, so that the call would get no answer.
constexpr size_t kMostMessageBytes = 1024;

std::string Cut(std::string_view message) {
  if (message.size() <= kMostMessageBytes) return std::string(message);
  size_t end = kMostMessageBytes;
  // Not within a character of UTF-8.
  while (end > 0 && (static_cast<uint8_t>(message[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(AbslView(message.substr(0, end)), "...");
}

nghttp2_nv MakeField(const Field& field, uint8_t flags) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(field.name), bytes(field.value), field.name.size(), field.value.size(), flags};
}

}  // namespace

nghttp2_nv StaticField(const Field& field) {
  return MakeField(field, NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE);
}

nghttp2_nv CopiedField(const Field& field) { return MakeField(field, NGHTTP2_NV_FLAG_NONE); }

StatusFields::StatusFields(const absl::Status& status, const Metadata& trailers,
                           FieldList& fields) {
  if (status.ok()) {
    fields.push_back(StaticField({"grpc-status", "0"}));
  } else {
    code_ = absl::StrCat(static_cast<int>(status.code()));
    message_ = PercentEncode(Cut(StdView(status.message())));
    fields.push_back(CopiedField({"grpc-status", code_}));
    if (!message_.empty()) fields.push_back(CopiedField({"grpc-message", message_}));
  }
  for (size_t i = 0; i < trailers.size(); ++i) fields.push_back(CopiedField(trailers[i]));
}

}  // namespace serin::http2
