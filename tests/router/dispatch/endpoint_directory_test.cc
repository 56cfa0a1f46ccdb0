#include "router/dispatch/endpoint_directory.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/revisions/route_store.h"
#include "tests/router/dispatch/fake_resolver.h"
#include "tests/router/dispatch/fake_upstream.h"
#include "tests/router/revisions/fake_revision_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Duration kRefresh = absl::Seconds(5);

// A route whose only version v1 has the endpoints of the test.
class EndpointDirectoryTest : public ::testing::Test {
 protected:
  void Start(std::vector<std::string> endpoints) {
    auto store = RouteStore::Create({{.name = "sentiment",
                                      .stable_version = "v1",
                                      .versions = {"v1"},
                                      .weights = {{"v1", 1}},
                                      .specs = {{"v1", {.endpoints = std::move(endpoints)}}}}},
                                    log_, clock_);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    Route& route = *store_->routes().front();
    backends_ = std::make_unique<RouteBackends>(route, clock_.Now());
    directory_ = std::make_unique<EndpointDirectory>(
        pool_, resolver_, clock_,
        [this](const std::string& address, const std::string&, const std::string&,
               const VersionSpec&, VersionStats&) {
          auto made = std::make_shared<FakeUpstream>(address, clock_);
          made_.push_back(made);
          return made;
        },
        kRefresh);
    directory_->Follow(*backends_, route.active());
    directory_->ResolveDue();
  }

  void Pass(absl::Duration time) {
    clock_.Advance(time);
    directory_->ResolveDue();
    pool_.Tick();
  }

  std::vector<std::string> Addresses() const {
    std::vector<std::string> addresses;
    for (const auto& endpoint : *backends_->view()->versions[0].endpoints) {
      addresses.push_back(endpoint->address());
    }
    return addresses;
  }

  FakeRevisionLog log_;
  testing::FakeClock clock_;
  FakeResolver resolver_;
  EndpointPool pool_;
  std::unique_ptr<RouteStore> store_;
  std::unique_ptr<RouteBackends> backends_;
  std::unique_ptr<EndpointDirectory> directory_;
  std::vector<std::weak_ptr<FakeUpstream>> made_;
};

TEST_F(EndpointDirectoryTest, EveryAddressOfANameIsAnEndpointOfItsOwn) {
  resolver_.addresses["models"] = {"10.0.0.2", "10.0.0.1", "10.0.0.2"};
  Start({"dns:///models:50051", "fixed:50052"});
  EXPECT_THAT(Addresses(), ElementsAre("10.0.0.1:50051", "10.0.0.2:50051", "fixed:50052"));
}

TEST_F(EndpointDirectoryTest, ANameIsFollowedAndEndpointsThatStayAreLeftAlone) {
  resolver_.addresses["models"] = {"10.0.0.1", "10.0.0.2"};
  Start({"dns:///models:1"});
  const Upstream* const kept = backends_->view()->versions[0].endpoints->at(1).get();
  resolver_.addresses["models"] = {"10.0.0.2", "10.0.0.3"};
  Pass(kRefresh);
  EXPECT_THAT(Addresses(), ElementsAre("10.0.0.2:1", "10.0.0.3:1"));
  EXPECT_EQ(backends_->view()->versions[0].endpoints->at(0).get(), kept);
  EXPECT_TRUE(made_[0].expired()) << "the address that is gone has drained";
  EXPECT_EQ(pool_.size(), 2u);
}

TEST_F(EndpointDirectoryTest, ANameThatDisappearsKeepsItsLastGoodAddressesAndSaysSo) {
  resolver_.addresses["models"] = {"10.0.0.1"};
  Start({"dns:///models:1"});
  resolver_.addresses.clear();
  Pass(kRefresh);
  EXPECT_THAT(Addresses(), ElementsAre("10.0.0.1:1"));
  ASSERT_EQ(directory_->Names().size(), 1u);
  EXPECT_THAT(directory_->Names()[0].status, StatusIs(absl::StatusCode::kNotFound, _));
  EXPECT_EQ(directory_->Names()[0].addresses, 1u);
  resolver_.next_error = absl::UnavailableError("server misbehaving");
  Pass(EndpointDirectory::kRetry);
  EXPECT_THAT(Addresses(), ElementsAre("10.0.0.1:1"));
  EXPECT_THAT(directory_->Names()[0].status,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("misbehaving")));
  resolver_.next_error = absl::OkStatus();
  resolver_.addresses["models"] = {"10.0.0.9"};
  Pass(EndpointDirectory::kRetry);
  EXPECT_THAT(Addresses(), ElementsAre("10.0.0.9:1"));
  EXPECT_THAT(directory_->Names()[0].status, IsOk());
}

TEST_F(EndpointDirectoryTest, ANameIsResolvedEveryIntervalAndSoonerWhenAnEndpointIsLost) {
  resolver_.addresses["models"] = {"10.0.0.1"};
  Start({"dns:///models:1"});
  EXPECT_EQ(resolver_.asked, 1);
  Pass(kRefresh - absl::Milliseconds(1));
  EXPECT_EQ(resolver_.asked, 1);
  Pass(absl::Milliseconds(1));
  EXPECT_EQ(resolver_.asked, 2);
  made_[0].lock()->is_ready = false;
  Pass(EndpointDirectory::kRetry - absl::Milliseconds(1));
  EXPECT_EQ(resolver_.asked, 2);
  Pass(absl::Milliseconds(1));
  EXPECT_EQ(resolver_.asked, 3);
}

TEST_F(EndpointDirectoryTest, ANameThatWasNeverThereIsAskedForUntilItIs) {
  Start({"dns:///models:1"});
  EXPECT_THAT(Addresses(), IsEmpty());
  resolver_.addresses["models"] = {"10.0.0.1"};
  Pass(EndpointDirectory::kRetry);
  EXPECT_THAT(Addresses(), ElementsAre("10.0.0.1:1"));
}

TEST_F(EndpointDirectoryTest, AddressesAreNeverResolved) {
  Start({"models:1"});
  Pass(kRefresh);
  EXPECT_EQ(resolver_.asked, 0);
  EXPECT_THAT(directory_->Names(), IsEmpty());
}

}  // namespace
}  // namespace serin::router
