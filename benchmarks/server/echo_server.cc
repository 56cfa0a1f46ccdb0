// serin-bench-echo: the same gRPC build and the same three RPCs with nothing behind them. What it
// costs is the floor for a model server. Prints its port; ends on SIGTERM.
#include <grpcpp/grpcpp.h>

#include <cstdio>

#include "common/lifecycle/shutdown_signal.h"
#include "common/rpc/grpc_server.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin {
namespace {

void FillAnswer(v1::PredictResponse& response) {
  v1::Sentiment& sentiment = *response.mutable_sentiment();
  sentiment.set_neg(0);
  sentiment.set_neu(0.248);
  sentiment.set_pos(0.752);
  sentiment.set_compound(0.8439);
  sentiment.set_label(v1::POSITIVE);
  response.set_model("sentiment");
  response.set_model_version("echo");
}

class EchoService final : public v1::Predictor::CallbackService {
 public:
  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context, const v1::PredictRequest*,
                                    v1::PredictResponse* response) override {
    FillAnswer(*response);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* PredictBatch(grpc::CallbackServerContext* context,
                                         const v1::PredictBatchRequest* request,
                                         v1::PredictBatchResponse* response) override {
    for (int i = 0; i < request->items_size(); ++i) {
      FillAnswer(*response->add_results()->mutable_response());
    }
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

int Main() {
  ShutdownSignal shutdown;
  EchoService service;
  auto server = GrpcServer::Start({.listen = "127.0.0.1:0", .services = {&service}});
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", std::string(server.status().message()).c_str());
    return 1;
  }
  (*server)->SetServing(true);
  std::printf("listening on %s\n", (*server)->address().c_str());
  std::fflush(stdout);
  shutdown.Wait();
  return 0;
}

}  // namespace
}  // namespace serin

int main() { return serin::Main(); }
