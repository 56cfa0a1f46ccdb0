#include "router/grpc/grpc_endpoint.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <utility>

namespace serin::router {
namespace {

// A stream takes this many items before the next one gets any.
constexpr size_t kFillFirst = 128;

// gRPC shares connections between channels with equal arguments, hence the number.
std::shared_ptr<grpc::Channel> Connect(const std::string& address, int number) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("serin.stream", number);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

GrpcEndpoint::GrpcEndpoint(std::string address, const Clock& clock, IntHistogram& batch_items)
    : address_(std::move(address)), clock_(clock) {
  for (int i = 0; i < kStreams; ++i) {
    std::shared_ptr<grpc::Channel> channel = Connect(address_, i);
    if (i == 0) health_ = std::make_unique<EndpointHealth>(channel, clock);
    streams_.push_back(std::make_unique<PredictStreamClient>(std::move(channel), clock, batch_items,
                                                             Coalescer::Limits()));
  }
}

bool GrpcEndpoint::ready() const {
  return health_->serving() &&
         std::any_of(streams_.begin(), streams_.end(),
                     [](const auto& stream) { return stream->coalescer().connected(); });
}

size_t GrpcEndpoint::in_flight() const {
  size_t sum = 0;
  for (const auto& stream : streams_) sum += stream->coalescer().in_flight();
  return sum;
}

void GrpcEndpoint::Send(ItemList items) {
  PredictStreamClient* best = streams_.front().get();
  for (const auto& stream : streams_) {
    const Coalescer& candidate = stream->coalescer();
    if (!candidate.connected()) continue;
    const Coalescer& current = best->coalescer();
    if (!current.connected() || candidate.in_flight() < current.in_flight()) best = stream.get();
    // Few items share one stream, as each message costs more than an item.
    if (best->coalescer().in_flight() < kFillFirst) break;
  }
  best->coalescer().Enqueue(std::move(items));
}

void GrpcEndpoint::Tick() {
  health_->Tick();
  const bool now_ready = ready();
  if (now_ready && !was_ready_) quality().OnReady(clock_.Now());
  was_ready_ = now_ready;
  for (const auto& stream : streams_) stream->Tick(health_->serving());
}

void GrpcEndpoint::Close() {
  health_->Close();
  for (const auto& stream : streams_) stream->Close();
}

}  // namespace serin::router
