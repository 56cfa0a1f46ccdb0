#include "router/grpc/grpc_endpoint.h"

#include <algorithm>
#include <utility>

namespace serin::router {
namespace {

// A stream takes this many items before the next one gets any.
constexpr size_t kFillFirst = 128;

}  // namespace

GrpcEndpoint::GrpcEndpoint(const EventLoops& loops, std::string address,
                           std::shared_ptr<grpc::Channel> channel,
                           std::shared_ptr<const TlsConnector> tls, const Clock& clock,
                           IntHistogram& batch_items)
    : address_(std::move(address)),
      clock_(clock),
      health_(std::make_unique<EndpointHealth>(std::move(channel), clock)) {
  for (size_t i = 0; i < std::max(kLeastStreams, loops.size()); ++i) {
    streams_.push_back(std::make_unique<PredictStreamClient>(
        loops[i % loops.size()], address_, tls, clock, batch_items, Coalescer::Limits()));
  }
}

bool GrpcEndpoint::ready() const {
  return health_->serving() &&
         std::any_of(streams_.begin(), streams_.end(),
                     [](const auto& stream) { return stream->coalescer().connected(); });
}

bool GrpcEndpoint::welcomes_company() const { return Choose().coalescer().welcomes_company(); }

size_t GrpcEndpoint::in_flight() const {
  size_t sum = 0;
  for (const auto& stream : streams_) sum += stream->coalescer().in_flight();
  return sum;
}

// A stream of the caller's own loop needs no other thread. Of several the first that has room, as
// few items share one stream: each message costs more than an item.
PredictStreamClient& GrpcEndpoint::Choose() const {
  PredictStreamClient* best = streams_.front().get();
  for (const auto& stream : streams_) {
    const Coalescer& candidate = stream->coalescer();
    const Coalescer& current = best->coalescer();
    if (!candidate.sending()) continue;
    const bool nearer = stream->loop().InLoop() && !best->loop().InLoop();
    const bool farther = !stream->loop().InLoop() && best->loop().InLoop();
    if (!current.sending() || nearer ||
        (!farther && current.in_flight() >= kFillFirst &&
         candidate.in_flight() < current.in_flight())) {
      best = stream.get();
    }
  }
  return *best;
}

void GrpcEndpoint::Send(ItemList items) { Choose().coalescer().Enqueue(std::move(items)); }

void GrpcEndpoint::Tick() {
  health_->Tick();
  const bool now_ready = ready();
  if (now_ready && !was_ready_) quality().OnReady(clock_.Now());
  was_ready_ = now_ready;
  for (const auto& stream : streams_) stream->Tick(health_->serving());
}

void GrpcEndpoint::Connect() {
  for (const auto& stream : streams_) stream->Connect();
}

void GrpcEndpoint::Close() {
  health_->Close();
  for (const auto& stream : streams_) stream->Close();
}

}  // namespace serin::router
