#include "router/front/data_port.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/status/status_macros.h"

namespace serin::router {

absl::StatusOr<std::unique_ptr<DataPort>> DataPort::Start(EventLoops& loops, PredictorFront& front,
                                                          const Clock& clock,
                                                          http2::ConnectionCounts& counts,
                                                          const Options& options) {
  auto port = std::unique_ptr<DataPort>(new DataPort);
  std::vector<grpc::Service*> services = options.services;
  services.push_back(&port->listed_);
  SERIN_ASSIGN_OR_RETURN(
      port->server_,
      GrpcServer::Start({.listen = "",
                         .services = std::move(services),
                         .health_names = options.health_names,
                         .max_message_bytes = static_cast<int>(options.max_message_bytes)}));
  port->bridge_ = std::make_unique<http2::GrpcBridge>(port->server_->InProcessChannel());
  const auto accept = [&front, bridge = port->bridge_.get()](http2::ServerCall& call) {
    http2::CallHandler* const own = front.Accept(call);
    return own != nullptr ? own : bridge->Accept(call);
  };
  SERIN_ASSIGN_OR_RETURN(
      port->port_,
      http2::GrpcPort::Start(loops, clock, counts,
                             {.listen = options.listen,
                              .max_message_bytes = options.max_message_bytes,
                              .tls = options.tls,
                              .max_connection_age = options.max_connection_age,
                              .max_connection_age_grace = options.max_connection_age_grace,
                              .accept = accept}));
  return port;
}

void DataPort::Shutdown(absl::Duration grace) {
  if (port_ == nullptr) return;
  const absl::Time deadline = absl::Now() + grace;
  port_->StartDrain();
  // Ends the watches of health, which would last as long as their clients.
  server_->Shutdown(grace);
  port_->Shutdown(std::max(deadline - absl::Now(), absl::ZeroDuration()));
}

}  // namespace serin::router
