#include "stream-client/cli/kafka_flags.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace serin::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using testing::IsOk;
using ::testing::Not;
using ::testing::Pair;
using testing::StatusIs;

absl::StatusOr<KafkaConnection> Parse(std::vector<std::string> words) {
  CLI::App app;
  KafkaFlags flags{.brokers = "default:9092", .topic = "test", .properties = {}};
  flags.AddTo(app);
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  app.parse(words);
  return flags.Connection();
}

TEST(KafkaFlagsTest, AFileMadeForKcatNamesTheBrokersAndTheirProperties) {
  const testing::TempDir folder;
  folder.Write("kcat.conf", "# ours\nbootstrap.servers=kafka:9093\n\nsecurity.protocol = ssl\n");
  const auto connection = Parse({"-F", (folder.path() / "kcat.conf").string()});
  ASSERT_THAT(connection, IsOk());
  EXPECT_EQ(connection->bootstrap_servers, "kafka:9093");
  EXPECT_THAT(connection->properties, ElementsAre(Pair("security.protocol", "ssl")));
}

TEST(KafkaFlagsTest, TheMoreParticularWins) {
  const testing::TempDir folder;
  folder.Write("kcat.conf", "bootstrap.servers=file:1\nlinger.ms=1\n");
  const std::string file = (folder.path() / "kcat.conf").string();
  EXPECT_EQ(Parse({})->bootstrap_servers, "default:9092");
  EXPECT_EQ(Parse({"-F", file, "-b", "flag:1"})->bootstrap_servers, "flag:1");
  EXPECT_EQ(Parse({"-X", "metadata.broker.list=x:1"})->bootstrap_servers, "x:1");
  EXPECT_THAT(Parse({"-F", file, "-X", "linger.ms=2"})->properties,
              ElementsAre(Pair("linger.ms", "2")));
}

TEST(KafkaFlagsTest, ABadPropertyIsNamedWithoutItsValue) {
  const auto connection = Parse({"-X", "=secret"});
  EXPECT_THAT(connection,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expected name=value")));
  EXPECT_THAT(std::string(connection.status().message()), Not(HasSubstr("secret")));
  const absl::Status no_sign = Parse({"-X", "sasl.password secret"}).status();
  EXPECT_THAT(no_sign, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("sasl.password")));
  EXPECT_THAT(std::string(no_sign.message()), Not(HasSubstr("secret")));
  EXPECT_THAT(Parse({"-F", "/no/such/file"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("/no/such/file")));
}

}  // namespace
}  // namespace serin::stream
