#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/http/http_server.h"
#include "common/lifecycle/readiness.h"

namespace prometheus {
class Registry;
}

namespace serin {

// The HTTP endpoint every process has for Prometheus and probes:
//   /metrics  the registry in Prometheus' text format
//   /livez    200 while the process answers at all
//   /readyz   200 when `readiness` is ready, else 503; the body has a line for each condition
// Adds serin_build_info{version} to the registry. Thread-safe.
class AdminEndpoint {
 public:
  // `readiness` is not owned and must outlive the endpoint. Errors: as HttpServer::Start.
  static absl::StatusOr<std::unique_ptr<AdminEndpoint>> Start(
      const std::string& listen, std::shared_ptr<prometheus::Registry> registry,
      const Readiness& readiness);

  int port() const { return server_->port(); }

 private:
  explicit AdminEndpoint(std::unique_ptr<HttpServer> server) : server_(std::move(server)) {}

  std::unique_ptr<HttpServer> server_;
};

}  // namespace serin
