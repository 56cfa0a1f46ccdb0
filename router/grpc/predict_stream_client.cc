#include "router/grpc/predict_stream_client.h"

#include <unistd.h>

#include <utility>

#include "absl/status/statusor.h"
#include "common/http2/client_stream.h"
#include "common/net/socket_connection.h"
#include "common/net/tcp_listener.h"
#include "router/backends/endpoint_picker.h"
#include "router/wire/predictor_codec.h"

namespace serin::router {
namespace {

constexpr char kPath[] = "/serin.v1.Predictor/PredictStream";

}  // namespace

// A connection with its stream, from its opening until the socket is closed. On the loop.
class PredictStreamClient::Link final : public http2::ClientStreamHandler {
 public:
  Link(PredictStreamClient& client, int fd) : client_(client) {
    auto* const connection =
        new SocketConnection(client.loop_, fd, SocketConnection::Reads::kAlways,
                             [this](SocketConnection&) { client_.OnClosed(*this); });
    auto stream = std::make_unique<http2::ClientStream>(
        http2::ClientStream::Options{.authority = client.address_,
                                     .path = kPath,
                                     .wake = [connection] { connection->Wake(); }},
        *this);
    stream_ = stream.get();
    connection_ = connection;
    std::unique_ptr<ByteSession> session = std::move(stream);
    if (client.tls_ != nullptr) session = client.tls_->Wrap(std::move(session));
    connection->Start(std::move(session));
  }

  void Send(uint64_t message_id, absl::Span<Item* const> items) {
    if (first_id == 0) first_id = message_id;
    last_id = message_id;
    AppendBatchRequest(message_id, items, stream_->BeginMessage());
    stream_->EndMessage();
  }
  void HalfClose() { stream_->HalfClose(); }
  void Close(const absl::Status& why) { connection_->Close(why); }

  // Of the messages sent; 0: none.
  uint64_t first_id = 0;
  uint64_t last_id = 0;
  bool established = false;
  bool replied = false;

 private:
  void OnEstablished() override {
    established = true;
    client_.OnEstablished(*this);
  }
  void OnMessage(std::string message) override {
    replied = true;
    if (const absl::Status read = client_.OnReply(message); !read.ok()) Close(read);
  }
  void OnGoaway() override { client_.OnGoaway(*this); }
  void OnEnd(const absl::Status& status) override { client_.OnEnd(*this, status); }

  PredictStreamClient& client_;
  SocketConnection* connection_ = nullptr;
  http2::ClientStream* stream_ = nullptr;
};

PredictStreamClient::PredictStreamClient(EventLoop& loop, std::string address,
                                         std::shared_ptr<const TlsConnector> tls,
                                         const Clock& clock, IntHistogram& batch_items,
                                         Coalescer::Limits limits)
    : loop_(loop),
      address_(std::move(address)),
      tls_(std::move(tls)),
      clock_(clock),
      coalescer_(*this, clock, batch_items, limits) {}

PredictStreamClient::~PredictStreamClient() { Close(); }

void PredictStreamClient::Close() {
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(closed_, true)) return;
  }
  const absl::Status why = absl::UnavailableError("the endpoint is not used any more");
  loop_.RunAndWait([&] {
    current_ = nullptr;
    for (const auto& link : links_) link->Close(why);
    coalescer_.OnBroken(why);
  });
  // The links go at the end of that turn.
  loop_.FinishTurn();
}

void PredictStreamClient::Tick(bool wanted) {
  coalescer_.Expire();
  {
    absl::MutexLock lock(&mutex_);
    if (clock_.Now() >= give_up_at_) {
      give_up_at_ = absl::InfiniteFuture();
      loop_.Post([this] { GiveUpSilent(); });
    }
    if (closed_ || !needs_link_ || connecting_) return;
    if (wanted && clock_.Now() < retry_at_) return;
    dial_ = connecting_ = wanted;
  }
  // Without it nothing is there to wait for.
  if (!wanted && coalescer_.connected()) {
    coalescer_.OnBroken(absl::UnavailableError("the endpoint is not serving"));
  }
}

void PredictStreamClient::Connect() {
  size_t which = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (closed_ || !std::exchange(dial_, false)) return;
    which = failures_;
  }
  const absl::StatusOr<int> fd = StartConnect(address_, which);
  if (fd.ok()) return loop_.Post([this, fd = *fd] { Adopt(fd); });
  WantLink(/*at_once=*/false);
  coalescer_.OnBroken(fd.status());
}

void PredictStreamClient::Adopt(int fd) {
  {
    absl::MutexLock lock(&mutex_);
    connecting_ = false;
    needs_link_ = closed_;
    give_up_at_ = clock_.Now() + kMostSilence;
    if (closed_) {
      close(fd);
      return;
    }
  }
  links_.push_back(std::make_unique<Link>(*this, fd));
  current_ = links_.back().get();
}

void PredictStreamClient::OnEstablished(const Link& link) {
  if (current_ != &link) return;
  {
    absl::MutexLock lock(&mutex_);
    give_up_at_ = absl::InfiniteFuture();
  }
  coalescer_.OnConnected();
}

void PredictStreamClient::GiveUpSilent() {
  if (current_ == nullptr || current_->established) return;
  current_->Close(absl::UnavailableError("it takes connections and says nothing"));
}

bool PredictStreamClient::FlushLater() {
  if (loop_.InLoop()) {
    loop_.AtTurnEnd(flush_task_);
  } else {
    loop_.Post(flush_task_);
  }
  return true;
}

void PredictStreamClient::Send(uint64_t message_id, absl::Span<Item* const> items) {
  current_->Send(message_id, items);
}

absl::Status PredictStreamClient::OnReply(std::string_view message) {
  BatchParts parts;
  if (!ReadBatchResponse(message, parts)) {
    return absl::InternalError("it answered with something that is no PredictBatchResponse");
  }
  {
    absl::MutexLock lock(&mutex_);
    backoff_.Reset();
  }
  if (parts.has_error) {
    const absl::Status error = ReadItemError(parts.error);
    const auto fail = [&](size_t) { return Outcome(error); };
    coalescer_.OnReply(parts.batch_id, SIZE_MAX, fail);
    return absl::OkStatus();
  }
  const auto take = [&](size_t i) { return ReadBatchResult(parts.parts[i]); };
  coalescer_.OnReply(parts.batch_id, parts.parts.size(), take);
  return absl::OkStatus();
}

void PredictStreamClient::WantLink(bool at_once) {
  absl::MutexLock lock(&mutex_);
  connecting_ = false;
  needs_link_ = true;
  if (!at_once) ++failures_;
  retry_at_ = at_once ? absl::InfinitePast() : clock_.Now() + backoff_.Next(CheapRandom());
}

void PredictStreamClient::OnGoaway(Link& link) {
  if (current_ != &link) return;
  current_ = nullptr;
  coalescer_.OnPaused();
  WantLink(link.replied);
  // The server ends the stream when it has answered what is on its way.
  link.HalfClose();
}

void PredictStreamClient::OnEnd(Link& link, const absl::Status& status) {
  const bool was_current = current_ == &link;
  if (was_current) current_ = nullptr;
  if (status.ok()) {
    if (was_current) coalescer_.OnPaused();
    if (link.first_id != 0) coalescer_.OnUnread(link.first_id, link.last_id);
    if (was_current) WantLink(link.replied);
  } else if (was_current) {
    coalescer_.OnBroken(status);
    WantLink(/*at_once=*/false);
  } else if (link.first_id != 0) {
    coalescer_.OnLost(link.first_id, link.last_id, status);
  }
}

void PredictStreamClient::OnClosed(const Link& link) {
  links_.remove_if([&](const auto& one) { return one.get() == &link; });
}

}  // namespace serin::router
