#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/net/event_loops.h"
#include "common/net/tls_connector.h"
#include "router/backends/upstream.h"
#include "router/grpc/endpoint_health.h"
#include "router/grpc/predict_stream_client.h"

namespace serin::router {

// A model server that speaks serin.v1.Predictor: its health and PredictStream calls, each on a
// connection of its own. Every event loop has one, so that a user's call and the stream it shares
// are on one thread; and there are at least two, so that one that breaks leaves another.
// Thread-safe.
class GrpcEndpoint final : public Upstream {
 public:
  static constexpr size_t kLeastStreams = 2;

  // `channel` leads to the endpoint, for its health; `tls` is null for plaintext streams. The
  // references must outlive the endpoint.
  GrpcEndpoint(const EventLoops& loops, std::string address, std::shared_ptr<grpc::Channel> channel,
               std::shared_ptr<const TlsConnector> tls, const Clock& clock,
               IntHistogram& batch_items);

  const std::string& address() const override { return address_; }
  bool ready() const override;
  bool welcomes_company() const override;
  size_t in_flight() const override;
  void Send(ItemList items) override;

  void Tick() override;
  void Connect() override;
  void Close() override;

 private:
  PredictStreamClient& Choose() const;

  const std::string address_;
  const Clock& clock_;
  std::unique_ptr<EndpointHealth> health_;
  std::vector<std::unique_ptr<PredictStreamClient>> streams_;
  // At the last Tick().
  bool was_ready_ = false;
};

}  // namespace serin::router
