#include <grpcpp/channel.h>

#include <memory>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "serin/v1/predictor.grpc.pb.h"
#include "serinctl/commands.h"

namespace serin::serinctl {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);

absl::Status Predict(const Shell& shell, v1::PredictRequest request) {
  SERIN_ASSIGN_OR_RETURN(const auto channel,
                         OpenChannel(shell.connection.router, shell.connection.tls));
  request.set_model(shell.route);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kTimeout));
  v1::PredictResponse answer;
  const grpc::Status status = v1::Predictor::NewStub(channel)->Predict(&context, request, &answer);
  if (!status.ok()) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }
  const v1::Sentiment& sentiment = answer.sentiment();
  shell.Print(answer, absl::StrFormat("%s  compound %.4f  neg %.3f  neu %.3f  pos %.3f\n"
                                      "by %s, revision %d, assigned by %s\n",
                                      v1::Label_Name(sentiment.label()), sentiment.compound(),
                                      sentiment.neg(), sentiment.neu(), sentiment.pos(),
                                      answer.model_version(), answer.route_revision(),
                                      v1::Assignment_Name(answer.assignment())));
  return absl::OkStatus();
}

}  // namespace

void AddPredictCommand(CLI::App& app, Shell& shell) {
  CLI::App* predict = app.add_subcommand("predict", "Ask for one prediction");
  const auto request = std::make_shared<v1::PredictRequest>();
  predict
      ->add_option_function<std::string>(
          "text", [request](const std::string& text) { request->set_text(text); }, "The text")
      ->required();
  predict->add_option_function<std::string>(
      "--key", [request](const std::string& key) { request->set_routing_key(key); },
      "A routing key");
  predict->add_option_function<std::string>(
      "--version", [request](const std::string& name) { request->set_model_version(name); },
      "A version; default: the router decides");
  predict->add_option("--router", shell.connection.router, "The router's Predictor")
      ->capture_default_str();
  predict->callback([&shell, request] { shell.End(Predict(shell, *request)); });
}

}  // namespace serin::serinctl
