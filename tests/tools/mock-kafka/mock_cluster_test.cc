#include "tools/mock-kafka/mock_cluster.h"

#include <array>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::mock_kafka {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

constexpr int kTimeoutMs = 10'000;

struct DestroyClient {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using Client = std::unique_ptr<rd_kafka_t, DestroyClient>;

void RememberDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  *static_cast<rd_kafka_resp_err_t*>(opaque) = message->err;
}

// A producer without retries, so that one injected error is one failed delivery.
Client NewProducer(const MockCluster& cluster, rd_kafka_resp_err_t* delivery) {
  std::array<char, 512> error = {};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", cluster.Bootstrap().c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "retries", "0", nullptr, 0);
  rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
  rd_kafka_conf_set(conf, "message.timeout.ms", "2000", nullptr, 0);
  rd_kafka_conf_set(conf, "reconnect.backoff.max.ms", "100", nullptr, 0);
  rd_kafka_conf_set(conf, "linger.ms", "0", nullptr, 0);
  rd_kafka_conf_set_opaque(conf, delivery);
  rd_kafka_conf_set_dr_msg_cb(conf, RememberDelivery);
  return Client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, error.data(), error.size()));
}

class MockClusterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = MockCluster::Start(1);
    ASSERT_THAT(started, IsOk());
    cluster_ = std::make_unique<MockCluster>(*std::move(started));
    ASSERT_THAT(cluster_->CreateTopic({.name = "test", .partitions = 4}), IsOk());
    producer_ = NewProducer(*cluster_, &delivery_);
    ASSERT_NE(producer_, nullptr);
  }

  rd_kafka_resp_err_t Deliver() {
    delivery_ = RD_KAFKA_RESP_ERR_UNKNOWN;
    rd_kafka_producev(producer_.get(), RD_KAFKA_V_TOPIC("test"), RD_KAFKA_V_PARTITION(0),
                      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                      RD_KAFKA_V_VALUE(const_cast<char*>("x"), 1), RD_KAFKA_V_END);
    rd_kafka_flush(producer_.get(), kTimeoutMs);
    return delivery_;
  }

  absl::Status Say(const std::string& line) {
    const auto command = ParseCommand(line);
    return command.ok() ? cluster_->Apply(*command) : command.status();
  }

  rd_kafka_resp_err_t delivery_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::unique_ptr<MockCluster> cluster_;
  Client producer_;
};

TEST_F(MockClusterTest, ATopicHasThePartitionsThatWereAskedFor) {
  const rd_kafka_metadata_t* metadata = nullptr;
  ASSERT_EQ(rd_kafka_metadata(producer_.get(), 1, nullptr, &metadata, kTimeoutMs),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_EQ(metadata->topic_cnt, 1);
  EXPECT_STREQ(metadata->topics[0].topic, "test");
  EXPECT_EQ(metadata->topics[0].partition_cnt, 4);
  rd_kafka_metadata_destroy(metadata);
  EXPECT_THAT(cluster_->CreateTopic({.name = "test", .partitions = 1}),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("'test'")));
}

TEST_F(MockClusterTest, AnInjectedErrorFailsExactlySoManyRequests) {
  ASSERT_EQ(Deliver(), RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_THAT(Say("error produce MSG_SIZE_TOO_LARGE 2"), IsOk());
  EXPECT_EQ(Deliver(), RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  EXPECT_EQ(Deliver(), RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  EXPECT_EQ(Deliver(), RD_KAFKA_RESP_ERR_NO_ERROR);
}

TEST_F(MockClusterTest, AnErrorMayBeGivenByItsNumber) {
  ASSERT_EQ(Deliver(), RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_THAT(Say("error produce 10"), IsOk());
  EXPECT_EQ(Deliver(), RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
}

TEST_F(MockClusterTest, ABrokerThatIsDownTakesNothingUntilItIsUp) {
  ASSERT_EQ(Deliver(), RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_THAT(Say("down 1"), IsOk());
  EXPECT_EQ(Deliver(), RD_KAFKA_RESP_ERR__MSG_TIMED_OUT);
  ASSERT_THAT(Say("up 1"), IsOk());
  EXPECT_EQ(Deliver(), RD_KAFKA_RESP_ERR_NO_ERROR);
}

TEST_F(MockClusterTest, UnknownBrokersAndErrorsAreNamed) {
  EXPECT_THAT(Say("down 2"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("got '2'")));
  EXPECT_THAT(Say("error produce NO_SUCH"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("got 'NO_SUCH'")));
}

}  // namespace
}  // namespace serin::mock_kafka
