#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "common/rpc/grpc_server.h"
#include "inference/grpc_service.grpc.pb.h"

namespace serin::testing {

// A server of the Open Inference Protocol on a free port of loopback that has one model. Every text
// gets label "Positive" and its length as compound; a call with a text "poison" fails as a whole.
// Thread-safe.
class FakeOipServer final : private inference::GRPCInferenceService::Service {
 public:
  explicit FakeOipServer(std::string model);
  ~FakeOipServer() override;

  // host:port.
  const std::string& address() const { return address_; }
  int calls() const { return calls_.load(); }
  // The most calls at once so far.
  int most_at_once() const { return most_at_once_.load(); }

  void SetModelReady(bool ready) { model_ready_ = ready; }
  void SetServerReady(bool ready) { server_ready_ = ready; }
  // Calls wait until Hang(false) or their end.
  void Hang(bool hang) { hang_ = hang; }
  // As if the process had been killed.
  void Kill();

 private:
  grpc::Status ServerReady(grpc::ServerContext* context,
                           const inference::ServerReadyRequest* request,
                           inference::ServerReadyResponse* response) override;
  grpc::Status ModelReady(grpc::ServerContext* context, const inference::ModelReadyRequest* request,
                          inference::ModelReadyResponse* response) override;
  grpc::Status ModelInfer(grpc::ServerContext* context, const inference::ModelInferRequest* request,
                          inference::ModelInferResponse* response) override;

  const std::string model_;
  std::string address_;
  std::unique_ptr<GrpcServer> server_;
  std::atomic<int> calls_{0};
  std::atomic<int> at_once_{0};
  std::atomic<int> most_at_once_{0};
  std::atomic<bool> model_ready_{true};
  std::atomic<bool> server_ready_{true};
  std::atomic<bool> hang_{false};
};

}  // namespace serin::testing
