#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <atomic>
#include <memory>

#include "common/http2/server_call.h"

namespace serin::http2 {

// Carries the calls of a port to an ordinary gRPC server in this process, whatever their service
// and shape: metadata, messages, deadline, cancellation and status both ways. For what need not be
// fast.
class GrpcBridge {
 public:
  // To the server behind the channel, which must outlive the bridge.
  explicit GrpcBridge(const std::shared_ptr<grpc::Channel>& channel) : stub_(channel) {}
  // Waits until the last call is over.
  ~GrpcBridge();

  // The handler of a call, on the call's loop. It destroys itself.
  CallHandler* Accept(ServerCall& call);

 private:
  class Call;

  grpc::GenericStub stub_;
  std::atomic<int> calls_{0};
};

}  // namespace serin::http2
