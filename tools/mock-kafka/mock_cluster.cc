#include "tools/mock-kafka/mock_cluster.h"

#include <array>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace serin::mock_kafka {
namespace {

// A broker's error by its number or by its name, with or without librdkafka's leading underscore
// for its own codes (_TRANSPORT closes the connection).
std::optional<rd_kafka_resp_err_t> FindError(const std::string& code) {
  const rd_kafka_err_desc* descriptions = nullptr;
  size_t count = 0;
  rd_kafka_get_err_descs(&descriptions, &count);
  int number = 0;
  const bool by_number = absl::SimpleAtoi(code, &number);
  for (size_t i = 0; i < count; ++i) {
    if (descriptions[i].name == nullptr) continue;
    if (by_number ? descriptions[i].code == number : descriptions[i].name == code) {
      return descriptions[i].code;
    }
  }
  return std::nullopt;
}

absl::Status FromKafka(rd_kafka_resp_err_t error, const std::string& what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return absl::UnknownError(absl::StrCat(what, ": ", rd_kafka_err2str(error)));
}

}  // namespace

absl::StatusOr<MockCluster> MockCluster::Start(int brokers) {
  std::array<char, 512> error = {};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  // Errors only: the client is never used as one and would warn that it has no bootstrap server.
  rd_kafka_conf_set(conf, "log_level", "3", error.data(), error.size());
  Handle handle(rd_kafka_new(RD_KAFKA_PRODUCER, conf, error.data(), error.size()));
  if (handle == nullptr) {
    rd_kafka_conf_destroy(conf);
    return absl::UnavailableError(absl::StrCat("no librdkafka client: ", error.data()));
  }
  Cluster cluster(rd_kafka_mock_cluster_new(handle.get(), brokers));
  if (cluster == nullptr) {
    return absl::UnavailableError(absl::StrCat("no mock cluster of ", brokers, " brokers"));
  }
  return MockCluster(std::move(handle), std::move(cluster), brokers);
}

std::string MockCluster::Bootstrap() const {
  return rd_kafka_mock_cluster_bootstraps(cluster_.get());
}

absl::Status MockCluster::CreateTopic(const TopicSpec& topic) {
  const rd_kafka_resp_err_t error =
      rd_kafka_mock_topic_create(cluster_.get(), topic.name.c_str(), topic.partitions, 1);
  if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    return absl::AlreadyExistsError(absl::StrCat("topic '", topic.name, "' is given twice"));
  }
  return FromKafka(error, absl::StrCat("topic ", topic.name));
}

absl::Status MockCluster::CheckBroker(int broker) const {
  if (broker <= brokers_) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat("expected a broker from 1 to ", brokers_, ", got '", broker, "'"));
}

absl::Status MockCluster::Inject(const InjectError& command) {
  const std::optional<rd_kafka_resp_err_t> error = FindError(command.code);
  if (!error.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an error's name or number, got '", command.code, "'"));
  }
  const std::vector<rd_kafka_resp_err_t> errors(command.count, *error);
  rd_kafka_mock_push_request_errors_array(cluster_.get(), command.api_key, errors.size(),
                                          errors.data());
  return absl::OkStatus();
}

absl::Status MockCluster::Apply(const Command& command) {
  if (const auto* inject = std::get_if<InjectError>(&command)) return Inject(*inject);
  if (const auto* rtt = std::get_if<SetRoundTrip>(&command)) {
    SERIN_RETURN_IF_ERROR(CheckBroker(rtt->broker));
    return FromKafka(rd_kafka_mock_broker_set_rtt(cluster_.get(), rtt->broker, rtt->milliseconds),
                     "rtt");
  }
  if (const auto* state = std::get_if<SetReachable>(&command)) {
    SERIN_RETURN_IF_ERROR(CheckBroker(state->broker));
    return state->reachable
               ? FromKafka(rd_kafka_mock_broker_set_up(cluster_.get(), state->broker), "up")
               : FromKafka(rd_kafka_mock_broker_set_down(cluster_.get(), state->broker), "down");
  }
  return absl::OkStatus();
}

}  // namespace serin::mock_kafka
