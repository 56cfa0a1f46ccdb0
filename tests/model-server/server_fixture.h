#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "model-server/model_server.h"

namespace serin::model_server {

// A config that serves the real VADER on free ports.
inline const char* VaderConfig() {
  return R"(
listen: 127.0.0.1:0
admin_listen: 127.0.0.1:0
repository: {path: .data/repository, models: [{name: sentiment, versions: [v1]}]}
)";
}

inline std::shared_ptr<grpc::Channel> ChannelTo(const ModelServer& server) {
  return grpc::CreateChannel("127.0.0.1:" + std::to_string(server.port()),
                             grpc::InsecureChannelCredentials());
}

}  // namespace serin::model_server
