#pragma once

#include <memory>
#include <string>
#include <vector>

#include "router/backends/upstream.h"
#include "router/grpc/endpoint_health.h"
#include "router/grpc/predict_stream_client.h"

namespace serin::router {

// A model server that speaks serin.v1.Predictor: its health and a few PredictStream calls, each on
// a connection of its own, as one HTTP/2 connection is one serialisation domain. Thread-safe.
class GrpcEndpoint final : public Upstream {
 public:
  static constexpr int kStreams = 2;

  // The references must outlive the endpoint.
  GrpcEndpoint(std::string address, const Clock& clock, IntHistogram& batch_items);

  const std::string& address() const override { return address_; }
  bool ready() const override;
  size_t in_flight() const override;
  void Send(ItemList items) override;

  void Tick() override;
  void Close() override;

 private:
  const std::string address_;
  const Clock& clock_;
  std::unique_ptr<EndpointHealth> health_;
  std::vector<std::unique_ptr<PredictStreamClient>> streams_;
  // At the last Tick().
  bool was_ready_ = false;
};

}  // namespace serin::router
