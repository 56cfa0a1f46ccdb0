#include "common/rpc/grpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/time/milliseconds.h"

namespace serin {

namespace {

void SetConnectionAge(const GrpcServer::Options& options, grpc::ServerBuilder& builder) {
  const auto set = [&builder](const char* name, absl::Duration value) {
    if (value == absl::InfiniteDuration()) return;
    builder.AddChannelArgument(name, ToMilliseconds(value));
  };
  set(GRPC_ARG_MAX_CONNECTION_AGE_MS, options.max_connection_age);
  set(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, options.max_connection_age_grace);
}

}  // namespace

bool IsLoopback(const std::string& listen) {
  return absl::StartsWith(listen, "127.") || absl::StartsWith(listen, "localhost:") ||
         absl::StartsWith(listen, "[::1]:") || absl::StartsWith(listen, "unix:");
}

void WarnOfPlaintext(const std::string& listen) {
  if (IsLoopback(listen)) return;
  spdlog::warn("{} speaks plaintext and is reached from other hosts; set tls.certificate", listen);
}

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(const Options& options) {
  static const bool plugins_registered = [] {
    grpc::EnableDefaultHealthCheckService(false);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)plugins_registered;
  SERIN_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ServerCredentials> credentials,
                         MakeServerCredentials(options.tls));
  const bool has_port = !options.listen.empty();
  if (has_port && options.tls.certificate.empty()) WarnOfPlaintext(options.listen);
  grpc::ServerBuilder builder;
  int port = 0;
  if (has_port) builder.AddListeningPort(options.listen, credentials, &port);
  builder.SetMaxReceiveMessageSize(options.max_message_bytes);
  SetConnectionAge(options, builder);
  // Two servers on one port would share its calls at random instead of failing to start.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  auto health = std::make_unique<HealthService>();
  builder.RegisterService(health.get());
  for (grpc::Service* service : options.services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || (has_port && port == 0)) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ", options.listen, ": is the address in use, or not one of this host?"));
  }
  const std::string host = options.listen.substr(0, options.listen.rfind(':'));
  auto result = std::unique_ptr<GrpcServer>(new GrpcServer(
      credentials, std::move(health), std::move(server), host, port, options.health_names));
  result->SetServing(false);
  return result;
}

GrpcServer::GrpcServer(std::shared_ptr<grpc::ServerCredentials> credentials,
                       std::unique_ptr<HealthService> health, std::unique_ptr<grpc::Server> server,
                       std::string host, int port, std::vector<std::string> health_names)
    : credentials_(std::move(credentials)),
      health_(std::move(health)),
      server_(std::move(server)),
      host_(std::move(host)),
      port_(port),
      health_names_(std::move(health_names)) {}

GrpcServer::~GrpcServer() { Shutdown(absl::ZeroDuration()); }

std::string GrpcServer::address() const { return absl::StrCat(host_, ":", port_); }

std::shared_ptr<grpc::Channel> GrpcServer::InProcessChannel() {
  grpc::ChannelArguments arguments;
  // Who called limits what it gets.
  arguments.SetMaxReceiveMessageSize(-1);
  return server_->InProcessChannel(arguments);
}

void GrpcServer::SetServing(bool serving) {
  health_->SetServing("", serving);
  for (const std::string& name : health_names_) health_->SetServing(name, serving);
}

void GrpcServer::SetServing(const std::string& name, bool serving) {
  health_->SetServing(name, serving);
}

void GrpcServer::Shutdown(absl::Duration grace) {
  health_->Shutdown();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  server_->Wait();
}

}  // namespace serin
