#include "common/http2/grpc_bridge.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/net/event_loop.h"
#include "common/status/grpc_status.h"
#include "common/strings/absl_view.h"

namespace serin::http2 {
namespace {

constexpr char kBinary[] = "-bin";

// Messages that wait for the server before the client is held back.
constexpr size_t kMostWaiting = 4;
// Bytes that wait for the client before the server is held back.
constexpr size_t kMostUnsent = 256 << 10;

using GrpcMetadata = std::multimap<grpc::string_ref, grpc::string_ref>;

// gRPC's own metadata, as text: what is binary becomes base64.
std::vector<std::pair<std::string, std::string>> ToText(const GrpcMetadata& metadata) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [name, value] : metadata) {
    const std::string key(name.data(), name.size());
    std::string text(value.data(), value.size());
    if (absl::EndsWith(key, kBinary)) text = absl::Base64Escape(text);
    fields.emplace_back(key, std::move(text));
  }
  return fields;
}

std::vector<Field> Views(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::vector<Field> views;
  for (const auto& [name, value] : fields) views.push_back({name, value});
  return views;
}

// gRPC ends the process on metadata that it calls illegal, though HTTP/2 allows it.
bool IsLegalName(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
}

bool IsLegalText(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); });
}

// What is illegal, or gRPC's own ("grpc-..."), is left out.
void AddMetadata(const Field& field, grpc::ClientContext& context) {
  if (!IsLegalName(field.name) || absl::StartsWith(AbslView(field.name), "grpc-")) return;
  const std::string name(field.name);
  std::string value(field.value);
  if (absl::EndsWith(name, kBinary)) {
    // Padding is optional.
    if (!absl::Base64Unescape(std::string(absl::StripSuffix(value, "=")), &value)) return;
  } else if (!IsLegalText(value)) {
    return;
  }
  context.AddMetadata(name, value);
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

// Its state belongs to the loop, where what gRPC reports is brought first. A hold keeps gRPC's last
// report away while the loop may still start an operation.
class GrpcBridge::Call final : public CallHandler,
                               private grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Call(GrpcBridge& bridge, ServerCall& call)
      : bridge_(bridge), loop_(*EventLoop::Current()), call_(&call) {
    ++bridge_.calls_;
    if (call.timeout().has_value()) {
      context_.set_deadline(absl::ToChronoTime(absl::Now() + *call.timeout()));
    }
    for (size_t i = 0; i < call.metadata().size(); ++i) AddMetadata(call.metadata()[i], context_);
    bridge.stub_.PrepareBidiStreamingCall(&context_, std::string(call.path()), {}, this);
    AddHold();
    reading_ = true;
    StartRead(&answer_);
    StartCall();
  }
  ~Call() override { --bridge_.calls_; }

 private:
  void OnMessage(std::string message) override {
    // Of what went to the server before nothing is known; a caller has one large message at most.
    call_->SetKept(message.size());
    const grpc::Slice slice(message);
    requests_.emplace_back(&slice, 1);
    if (requests_.size() >= kMostWaiting) call_->PauseReading();
    WriteNext();
  }

  void OnHalfClosed() override {
    half_closed_ = true;
    WriteNext();
  }

  void OnSent() override { ReadNext(); }

  void OnCancelled() override {
    call_ = nullptr;
    context_.TryCancel();
    if (!reading_) Release();
  }

  // gRPC may report the headers after the first message.
  void OnReadInitialMetadataDone(bool ok) override {
    if (!ok) return;
    loop_.Post([this, fields = ToText(context_.GetServerInitialMetadata())] {
      has_headers_ = true;
      if (call_ == nullptr) return;
      call_->SendHeaders(Views(fields));
      if (std::exchange(answer_waits_, false)) Deliver();
    });
  }

  void OnReadDone(bool ok) override {
    loop_.Post([this, ok] {
      reading_ = false;
      if (!ok || call_ == nullptr) return Release();
      if (has_headers_) return Deliver();
      answer_waits_ = true;
    });
  }

  void OnWriteDone(bool) override {
    loop_.Post([this] {
      writing_ = false;
      requests_.pop_front();
      WriteNext();
      if (call_ != nullptr && requests_.size() + 1 == kMostWaiting) call_->ResumeReading();
    });
  }

  void OnDone(const grpc::Status& status) override {
    loop_.Post([this, status] {
      if (call_ != nullptr) End(status);
      delete this;
    });
  }

  void End(const grpc::Status& status) {
    std::vector<std::pair<std::string, std::string>> trailers =
        ToText(context_.GetServerTrailingMetadata());
    std::exchange(call_, nullptr)->Finish(FromGrpcStatus(status), Views(trailers));
  }

  void Deliver() {
    call_->SendMessage(ToString(answer_));
    ReadNext();
  }

  void ReadNext() {
    if (reading_ || released_ || answer_waits_ || call_->unsent_bytes() >= kMostUnsent) return;
    reading_ = true;
    StartRead(&answer_);
  }

  void WriteNext() {
    if (writing_ || released_) return;
    if (!requests_.empty()) {
      writing_ = true;
      StartWrite(&requests_.front());
    } else if (half_closed_ && !std::exchange(writes_done_, true)) {
      StartWritesDone();
    }
  }

  // Nothing is started any more.
  void Release() {
    if (!std::exchange(released_, true)) RemoveHold();
  }

  GrpcBridge& bridge_;
  EventLoop& loop_;
  // Null once the call is over for the client.
  ServerCall* call_;
  grpc::ClientContext context_;
  grpc::ByteBuffer answer_;
  // It was read before the headers were known.
  bool answer_waits_ = false;
  bool has_headers_ = false;
  // The front is being written while `writing_`.
  std::deque<grpc::ByteBuffer> requests_;
  bool reading_ = false;
  bool writing_ = false;
  bool half_closed_ = false;
  bool writes_done_ = false;
  bool released_ = false;
};

GrpcBridge::~GrpcBridge() {
  // What is cancelled comes back soon.
  while (calls_.load() > 0) absl::SleepFor(absl::Milliseconds(1));
}

CallHandler* GrpcBridge::Accept(ServerCall& call) { return new Call(*this, call); }

}  // namespace serin::http2
