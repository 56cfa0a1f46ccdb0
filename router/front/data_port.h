#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/http2/grpc_bridge.h"
#include "common/http2/grpc_port.h"
#include "common/net/event_loops.h"
#include "common/rpc/grpc_server.h"
#include "router/front/predictor_front.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::router {

// The router's data port. serin.v1.Predictor is answered on the event loops themselves; health,
// reflection and whatever else is asked by a gRPC server in this process, whose calls are carried
// there. It starts NOT_SERVING. Thread-safe.
class DataPort {
 public:
  struct Options {
    // host:port; port 0 takes a free one.
    std::string listen;
    // Served besides serin.v1.Predictor, health and reflection. Not owned; must outlive the port.
    std::vector<grpc::Service*> services;
    // Names whose health follows SetServing(), besides "" (the whole server).
    std::vector<std::string> health_names;
    size_t max_message_bytes = 4 << 20;
    TlsFiles tls;
    absl::Duration max_connection_age = absl::InfiniteDuration();
    absl::Duration max_connection_age_grace = absl::InfiniteDuration();
  };

  // The references must outlive the port. Errors: as GrpcServer::Start().
  static absl::StatusOr<std::unique_ptr<DataPort>> Start(EventLoops& loops, PredictorFront& front,
                                                         const Clock& clock,
                                                         http2::ConnectionCounts& counts,
                                                         const Options& options);
  ~DataPort() { Shutdown(absl::ZeroDuration()); }

  int port() const { return port_->port(); }
  std::string address() const { return port_->address(); }

  // What the health service answers for "" and the names of the options.
  void SetServing(bool serving) { server_->SetServing(serving); }

  // Answers NOT_SERVING, asks every client to go elsewhere, lets calls in flight finish for at most
  // `grace` and cuts off the rest. Returns when none is left. Idempotent.
  void Shutdown(absl::Duration grace);

 private:
  DataPort() = default;

  // Listed by reflection; its methods are never called.
  v1::Predictor::Service listed_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<http2::GrpcBridge> bridge_;
  std::unique_ptr<http2::GrpcPort> port_;
};

}  // namespace serin::router
