// The control plane of a whole router: who may, what a watcher misses, what the config file
// changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_replace.h"
#include "router/router_config.h"
#include "tests/router/integration/router_fixture.h"
#include "tests/support/fake_clock.h"

namespace serin::router {
namespace {

using ::testing::HasSubstr;

class AdminTest : public RouterTest {
 protected:
  void Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / name) << text;
  }

  // As StartRouter, with more config lines and following its file.
  void Start(const std::string& more) {
    router_.reset();
    Write("router.yaml", ConfigText() + more);
    v1::config::RouterConfig config;
    const std::string path = (folder_ / "router.yaml").string();
    ASSERT_EQ(LoadRouterConfig(path, config).ToString(), "OK");
    auto started = Router::Start(config, path);
    ASSERT_TRUE(started.ok()) << started.status();
    router_ = *std::move(started);
    admin_ = v1::CanaryAdmin::NewStub(Connect(router_->admin_grpc_port(), 0));
  }

  grpc::Status Get(const std::string& token, v1::Route* route) {
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    return admin_->GetRoute(&context, v1::GetRouteRequest(), route);
  }

  grpc::Status Reset(const std::string& token) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token);
    v1::ResetWeightsRequest request;
    request.set_force(true);
    v1::SetWeightsResponse response;
    return admin_->ResetWeights(&context, request, &response);
  }

  std::string Tokens() { return (folder_ / "tokens").string(); }
};

TEST_F(AdminTest, AViewerLooksAnOperatorChangesAndNobodyElseDoesAnything) {
  Write("tokens", "viewer viewer-viewer-viewer\noperator operator-operator\n");
  Start("admin_access: {token_file: " + Tokens() + "}\n");
  v1::Route route;
  EXPECT_EQ(Get("", &route).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Get("viewer-viewer-vieweX", &route).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(Get("viewer-viewer-viewer", &route).ok());
  const grpc::Status refused = Reset("viewer-viewer-viewer");
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(refused.error_message(), HasSubstr("ResetWeights needs the role operator"));
  EXPECT_TRUE(Reset("operator-operator").ok());
  EXPECT_TRUE(Get("operator-operator", &route).ok());
  EXPECT_EQ(route.revision(), 2u);
}

TEST_F(AdminTest, EveryVerbThatChangesSomethingNeedsAnOperator) {
  Write("tokens", "viewer viewer-viewer-viewer\n");
  Start("admin_access: {token_file: " + Tokens() + "}\n");
  const auto code = [this](auto method, auto request) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer viewer-viewer-viewer");
    v1::SetWeightsResponse response;
    return ((*admin_).*method)(&context, request, &response).error_code();
  };
  using Stub = v1::CanaryAdmin::Stub;
  constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;
  EXPECT_EQ(code(&Stub::SetWeights, v1::SetWeightsRequest()), kDenied);
  EXPECT_EQ(code(&Stub::Rollback, v1::RollbackRequest()), kDenied);
  EXPECT_EQ(code(&Stub::ResetWeights, v1::ResetWeightsRequest()), kDenied);
  EXPECT_EQ(code(&Stub::AddVersion, v1::AddVersionRequest()), kDenied);
  EXPECT_EQ(code(&Stub::RemoveVersion, v1::RemoveVersionRequest()), kDenied);
  EXPECT_EQ(code(&Stub::SetVersionState, v1::SetVersionStateRequest()), kDenied);
}

TEST_F(AdminTest, AChangedTokenFileIsUsedAfterASecondAndABrokenOneIsNot) {
  Write("tokens", "viewer the-first-of-tokens\n");
  v1::config::AdminAccessConfig config;
  config.set_token_file(Tokens());
  prometheus::Registry registry;
  testing::FakeClock clock;
  const auto access = AdminAccess::Create(config, registry, clock);
  ASSERT_TRUE(access.ok()) << access.status();
  const auto may = [&](const std::string& token) {
    const AdminCaller caller{
        .peer = "", .certificate_names = {}, .authorization = "Bearer " + token};
    return (*access)->Check(caller, AdminRole::kViewer, "GetRoute").ok();
  };
  EXPECT_TRUE(may("the-first-of-tokens"));
  Write("tokens", "viewer the-second-of-tokens\n");
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(may("the-second-of-tokens"));
  EXPECT_FALSE(may("the-first-of-tokens"));
  Write("tokens", "nonsense\n");
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(may("the-second-of-tokens"));
}

TEST_F(AdminTest, AListedCertificateHasItsRoleAndRefusedCallsAreCounted) {
  v1::config::AdminAccessConfig config;
  config.add_clients()->set_certificate_name("ann");
  config.mutable_clients(0)->set_role("viewer");
  prometheus::Registry registry;
  testing::FakeClock clock;
  const auto access = AdminAccess::Create(config, registry, clock);
  ASSERT_TRUE(access.ok()) << access.status();
  const AdminCaller ann{.peer = "", .certificate_names = {"x", "ann"}, .authorization = ""};
  EXPECT_TRUE((*access)->Check(ann, AdminRole::kViewer, "GetRoute").ok());
  EXPECT_TRUE(absl::IsPermissionDenied((*access)->Check(ann, AdminRole::kOperator, "Rollback")));
  const AdminCaller bob{.peer = "", .certificate_names = {"bob"}, .authorization = ""};
  EXPECT_TRUE(absl::IsUnauthenticated((*access)->Check(bob, AdminRole::kViewer, "GetRoute")));
  const auto families = registry.Collect();
  ASSERT_EQ(families.size(), 1u);
  EXPECT_EQ(families[0].name, "serin_admin_refused_total");
  EXPECT_EQ(families[0].metric.size(), 2u);
}

TEST_F(AdminTest, AWatcherThatWasCutOffGetsWhatItMissed) {
  StartRouter();
  v1::SetWeightsResponse response;
  for (const uint32_t first : {70u, 60u, 50u}) ASSERT_TRUE(SetWeights(first, 30, &response).ok());
  grpc::ClientContext context;
  v1::WatchRouteRequest request;
  request.set_from_revision(2);
  const auto watch = admin_->WatchRoute(&context, request);
  v1::Route route;
  for (const uint32_t first : {60u, 50u}) {
    ASSERT_TRUE(watch->Read(&route));
    EXPECT_EQ(route.weights().at("v1"), first);
  }
  ASSERT_TRUE(SetWeights(40, 30, &response).ok());
  ASSERT_TRUE(watch->Read(&route));
  EXPECT_EQ(route.revision(), 5u) << "each revision once";
  context.TryCancel();
}

TEST_F(AdminTest, AChangedBaseIsInForceUnlessSomebodySetWeights) {
  Start("");
  const std::string before = ConfigText();
  Write("router.yaml", absl::StrReplaceAll(before, {{"weight: 80", "weight: 60"}}));
  ASSERT_TRUE(WaitFor([this] { return GetRoute().revision() == 2; }));
  EXPECT_EQ(GetRoute().weights().at("v1"), 60u);
  Write("router.yaml", "not: valid\n");
  v1::SetWeightsRequest request;
  (*request.mutable_weights())["v1"] = 1;
  request.set_force(true);
  v1::SetWeightsResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(admin_->SetWeights(&context, request, &response).ok());
  Write("router.yaml", absl::StrReplaceAll(before, {{"weight: 80", "weight: 30"}}));
  ASSERT_TRUE(WaitFor([this] { return GetRoute().drift().config_weights().at("v1") == 30; }));
  EXPECT_EQ(GetRoute().revision(), 3u);
  EXPECT_EQ(GetRoute().weights().at("v1"), 1u);
}

TEST(AdminConfigTest, AnOpenAdminPortIsRefusedUnlessItIsGuardedOrMeant) {
  const auto check = [](const std::string& lines) {
    v1::config::RouterConfig config;
    const std::string text = absl::StrCat(
        "routes: [{name: m, stable_version: v1, versions: [{name: v1, weight: 1, endpoints: "
        "[\"h:1\"]}]}]\n",
        lines);
    const absl::Status parsed = ParseConfig(text, "r.yaml", config);
    return std::string((parsed.ok() ? CheckRouterConfig("r.yaml", config) : parsed).message());
  };
  const std::string open = "admin_grpc_listen: 0.0.0.0:1\n";
  const std::string tls = "admin_tls: {certificate: /c, private_key: /k}\n";
  EXPECT_THAT(check(open), HasSubstr("r.yaml:admin_grpc_listen: expected a loopback address"));
  EXPECT_THAT(check(open + "admin_access: {token_file: /t}\n"), HasSubstr("admin_grpc_listen"));
  EXPECT_THAT(check(open + tls), HasSubstr("admin_grpc_listen"));
  EXPECT_EQ(check(open + tls + "admin_access: {token_file: /t}\n"), "");
  EXPECT_EQ(check(open + "allow_insecure_admin: true\n"), "");
  EXPECT_EQ(check(""), "");
  EXPECT_THAT(check("admin_access: {clients: [{certificate_name: a, role: viewer}]}\n"),
              HasSubstr("admin_tls.client_ca"));
}

}  // namespace
}  // namespace serin::router
