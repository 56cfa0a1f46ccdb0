#include "router/grpc/make_endpoint.h"

#include <utility>

#include "common/net/tls_connector.h"
#include "common/status/status_macros.h"
#include "router/grpc/grpc_endpoint.h"
#include "router/grpc/oip_endpoint.h"
#include "router/grpc/upstream_channel.h"

namespace serin::router {

absl::StatusOr<std::shared_ptr<Upstream>> MakeEndpoint(const EventLoops& loops,
                                                       const std::string& address,
                                                       const std::string& host,
                                                       const std::string& model,
                                                       const VersionSpec& spec, const Clock& clock,
                                                       IntHistogram& batch_items) {
  const TlsFiles files{
      .certificate = spec.tls.certificate, .private_key = spec.tls.private_key, .ca = spec.tls.ca};
  const std::string& name = spec.tls.server_name.empty() ? host : spec.tls.server_name;
  SERIN_ASSIGN_OR_RETURN(auto channel, OpenUpstream(address, files, name));
  if (spec.protocol == "oip") {
    return std::make_shared<OipEndpoint>(address, spec.oip_model.empty() ? model : spec.oip_model,
                                         spec.oip_version, std::move(channel), clock, batch_items);
  }
  std::shared_ptr<const TlsConnector> tls;
  if (!files.ca.empty()) tls = std::make_shared<TlsConnector>(files, name);
  return std::make_shared<GrpcEndpoint>(loops, address, std::move(channel), std::move(tls), clock,
                                        batch_items);
}

}  // namespace serin::router
