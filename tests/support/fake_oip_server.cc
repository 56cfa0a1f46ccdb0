#include "tests/support/fake_oip_server.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/status/check.h"

namespace serin::testing {

FakeOipServer::FakeOipServer(std::string model) : model_(std::move(model)) {
  auto server = GrpcServer::Start(
      {.listen = "127.0.0.1:0",
       .services = {static_cast<inference::GRPCInferenceService::Service*>(this)}});
  SERIN_CHECK(server.ok());
  server_ = *std::move(server);
  address_ = server_->address();
}

FakeOipServer::~FakeOipServer() { Kill(); }

void FakeOipServer::Kill() {
  hang_ = false;
  if (server_ != nullptr) server_->Shutdown(absl::ZeroDuration());
  server_.reset();
}

grpc::Status FakeOipServer::ServerReady(grpc::ServerContext* /*context*/,
                                        const inference::ServerReadyRequest* /*request*/,
                                        inference::ServerReadyResponse* response) {
  response->set_ready(server_ready_);
  return grpc::Status::OK;
}

grpc::Status FakeOipServer::ModelReady(grpc::ServerContext* /*context*/,
                                       const inference::ModelReadyRequest* request,
                                       inference::ModelReadyResponse* response) {
  response->set_ready(model_ready_ && request->name() == model_);
  return grpc::Status::OK;
}

grpc::Status FakeOipServer::ModelInfer(grpc::ServerContext* context,
                                       const inference::ModelInferRequest* request,
                                       inference::ModelInferResponse* response) {
  ++calls_;
  most_at_once_ = std::max(most_at_once_.load(), ++at_once_);
  while (hang_ && !context->IsCancelled()) absl::SleepFor(absl::Milliseconds(1));
  --at_once_;
  const auto& texts = request->inputs(0).contents().bytes_contents();
  if (std::find(texts.begin(), texts.end(), "poison") != texts.end()) {
    return {grpc::StatusCode::INVALID_ARGUMENT, "a text cannot be read"};
  }
  auto& label = *response->add_outputs();
  label.set_name("label");
  label.set_datatype("BYTES");
  auto& compound = *response->add_outputs();
  compound.set_name("compound");
  compound.set_datatype("FP64");
  for (const std::string& text : texts) {
    label.mutable_contents()->add_bytes_contents("Positive");
    compound.mutable_contents()->add_fp64_contents(static_cast<double>(text.size()));
  }
  return grpc::Status::OK;
}

}  // namespace serin::testing
