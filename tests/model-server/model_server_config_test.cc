#include "model-server/model_server_config.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::serin::testing::TempDir;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ModelServerConfigTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::config::ModelServerConfig> Load(const std::string& yaml) {
    folder_.Write("server.yaml", yaml);
    return LoadModelServerConfig((folder_.path() / "server.yaml").string());
  }
  TempDir folder_;
};

TEST_F(ModelServerConfigTest, TellsEveryFaultOfTheFileAtOnce) {
  EXPECT_THAT(
      Load("listen: nowhere\n"
           "colour: red\n"
           "drain_timeout: soon\n"
           "limits: {max_batch_items: 0, max_message_bytes: 1}\n")
          .status(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("server.yaml:listen: expected"), HasSubstr("got \"nowhere\""),
                     HasSubstr("server.yaml:colour: expected a known key"),
                     HasSubstr("server.yaml:drain_timeout: expected"),
                     HasSubstr("server.yaml:limits.max_batch_items: expected"),
                     HasSubstr("server.yaml:limits.max_message_bytes: expected"),
                     HasSubstr("server.yaml:repository: expected a value"))));
}

TEST_F(ModelServerConfigTest, AModelIsSelectedOnceAndInOneWay) {
  EXPECT_THAT(
      Load("repository: {path: ., models: [{name: a, latest: 2, all: true}, {name: a}]}").status(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("repository.models[0]: expected one of latest, versions and all, "
                               "got 2 of them"),
                     HasSubstr("repository.models[1].name: expected each model once"))));
}

TEST_F(ModelServerConfigTest, ClientsRootsWithoutACertificateAreNotPassedOverInPlaintext) {
  EXPECT_THAT(Load("repository: {path: .}\ntls: {client_ca: ca.pem}").status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("tls.certificate: expected a file, as tls.client_ca is set")));
}

TEST_F(ModelServerConfigTest, EachWayToSelectBecomesItsPolicy) {
  const auto config = Load(
      "repository: {path: ., models: [{name: newest}, {name: two, latest: 2}, {name: every, "
      "all: true}, {name: some, versions: [v1, v3]}]}");
  ASSERT_THAT(config, IsOk());
  const Selection selection = SelectionOf(config->repository());
  EXPECT_FALSE(selection.others);
  EXPECT_EQ(selection.models.at("newest").latest, 1u);
  EXPECT_EQ(selection.models.at("two").latest, 2u);
  EXPECT_EQ(selection.models.at("every").kind, VersionPolicy::Kind::kAll);
  EXPECT_THAT(selection.models.at("some").specific, ElementsAre("v1", "v3"));
  const auto none = Load("repository: {path: .}");
  ASSERT_THAT(none, IsOk());
  EXPECT_TRUE(SelectionOf(none->repository()).others);
}

}  // namespace
}  // namespace serin::model_server
