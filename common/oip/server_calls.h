#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/lifecycle/readiness.h"
#include "inference/grpc_service.grpc.pb.h"

namespace serin::oip {

// The calls of the Open Inference Protocol that are about a server and not about a model; services
// derive from it. Thread-safe.
class ServerCalls : public inference::GRPCInferenceService::CallbackService {
 public:
  // `readiness` must outlive the server that serves this.
  ServerCalls(const Readiness& readiness, std::string server_name,
              std::vector<std::string> extensions)
      : readiness_(readiness),
        server_name_(std::move(server_name)),
        extensions_(std::move(extensions)) {}

  grpc::ServerUnaryReactor* ServerLive(grpc::CallbackServerContext* context,
                                       const inference::ServerLiveRequest* request,
                                       inference::ServerLiveResponse* response) override;
  grpc::ServerUnaryReactor* ServerReady(grpc::CallbackServerContext* context,
                                        const inference::ServerReadyRequest* request,
                                        inference::ServerReadyResponse* response) override;
  grpc::ServerUnaryReactor* ServerMetadata(grpc::CallbackServerContext* context,
                                           const inference::ServerMetadataRequest* request,
                                           inference::ServerMetadataResponse* response) override;

 protected:
  bool ready() const { return readiness_.ready(); }

  // Ends a call whose response is filled, or that failed.
  static grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext& context,
                                          const absl::Status& status);

 private:
  const Readiness& readiness_;
  const std::string server_name_;
  const std::vector<std::string> extensions_;
};

}  // namespace serin::oip
