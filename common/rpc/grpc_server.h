#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/health_service.h"
#include "common/rpc/tls.h"

namespace grpc {
class Channel;
class Server;
class ServerCredentials;
class Service;
}  // namespace grpc

namespace serin {

// Whether only this host reaches a listen address.
bool IsLoopback(const std::string& listen);

// Says in the log that a port without TLS is reached from other hosts, if it is.
void WarnOfPlaintext(const std::string& listen);

// A running gRPC server with grpc.health.v1.Health and reflection. It starts NOT_SERVING.
// Thread-safe.
class GrpcServer {
 public:
  struct Options {
    // host:port; port 0 takes a free one. Empty: no port, only the channel within the process.
    std::string listen;
    // Not owned; must outlive the server.
    std::vector<grpc::Service*> services;
    // Names whose health follows SetServing(), besides "" (the whole server).
    std::vector<std::string> health_names;
    // Largest message that is received; a larger one fails its call with RESOURCE_EXHAUSTED.
    int max_message_bytes = 4 << 20;
    // Without a certificate the port speaks plaintext.
    TlsFiles tls;
    // A connection is asked to end at this age and cut off after the grace.
    absl::Duration max_connection_age = absl::InfiniteDuration();
    absl::Duration max_connection_age_grace = absl::InfiniteDuration();
  };

  // Errors: UNAVAILABLE when the address cannot be listened on; INVALID_ARGUMENT for TLS files that
  // cannot be used. Plaintext on an address that is not loopback is allowed, and warned of.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(const Options& options);
  ~GrpcServer();

  // The port that is listened on.
  int port() const { return port_; }

  // host:port with that port.
  std::string address() const;

  // A channel to this server that needs no port.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // What the health service answers for "" and the names of the options.
  void SetServing(bool serving);

  // What it answers for one more name, from then on.
  void SetServing(const std::string& name, bool serving);

  // Answers NOT_SERVING for every name and ends the Watch calls of health, refuses new calls, lets
  // those in flight finish for at most `grace` and cancels the rest. Returns when none is left.
  void Shutdown(absl::Duration grace);

 private:
  GrpcServer(std::shared_ptr<grpc::ServerCredentials> credentials,
             std::unique_ptr<HealthService> health, std::unique_ptr<grpc::Server> server,
             std::string host, int port, std::vector<std::string> health_names);

  // In the order they need each other: the server uses both.
  const std::shared_ptr<grpc::ServerCredentials> credentials_;
  std::unique_ptr<HealthService> health_;
  std::unique_ptr<grpc::Server> server_;
  const std::string host_;
  const int port_;
  const std::vector<std::string> health_names_;
};

}  // namespace serin
