#include "router/grpc/admin_access.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "common/status/status_macros.h"
#include "common/strings/absl_view.h"

namespace serin::router {
namespace {

constexpr absl::Duration kReloadPeriod = absl::Seconds(1);
constexpr std::string_view kBearer = "Bearer ";

absl::Status Unauthenticated(bool has_tokens) {
  return absl::UnauthenticatedError(
      has_tokens ? "expected metadata authorization: Bearer TOKEN with a known token, or a listed "
                   "client certificate"
                 : "expected a client certificate whose name is listed");
}

}  // namespace

absl::StatusOr<std::unique_ptr<AdminAccess>> AdminAccess::Create(
    const v1::config::AdminAccessConfig& config, prometheus::Registry& registry,
    const Clock& clock) {
  auto access = std::unique_ptr<AdminAccess>(new AdminAccess(config, registry, clock));
  if (config.token_file().empty()) return access;
  absl::MutexLock lock(&access->mutex_);
  SERIN_ASSIGN_OR_RETURN(access->tokens_, TokenFile::Load(config.token_file()));
  return access;
}

AdminAccess::AdminAccess(const v1::config::AdminAccessConfig& config,
                         prometheus::Registry& registry, const Clock& clock)
    : token_path_(config.token_file()),
      clock_(clock),
      refused_(prometheus::BuildCounter()
                   .Name("serin_admin_refused_total")
                   .Help("Calls of CanaryAdmin that were refused for want of rights.")
                   .Register(registry)) {
  for (const v1::config::AdminClientConfig& client : config.clients()) {
    const std::optional<AdminRole> role = AdminRoleFromName(client.role());
    SERIN_CHECK(role.has_value());
    certificates_[client.certificate_name()] = *role;
  }
}

absl::Status AdminAccess::Check(const AdminCaller& caller, AdminRole needed,
                                std::string_view method) {
  if (token_path_.empty() && certificates_.empty()) return absl::OkStatus();
  const std::optional<AdminRole> role = RoleOf(caller);
  if (role.has_value() && *role >= needed) return absl::OkStatus();
  const absl::Status refusal =
      role.has_value() ? absl::PermissionDeniedError(absl::StrCat(
                             AbslView(method), " needs the role operator, the caller is a viewer"))
                       : Unauthenticated(!token_path_.empty());
  const std::string code = absl::StatusCodeToString(refusal.code());
  spdlog::warn("refused {} from {}: {}", method, caller.peer, std::string(refusal.message()));
  refused_.Add({{"method", std::string(method)}, {"code", code}}).Increment();
  return refusal;
}

std::optional<AdminRole> AdminAccess::RoleOf(const AdminCaller& caller) {
  std::optional<AdminRole> role;
  for (const std::string& name : caller.certificate_names) {
    const auto listed = certificates_.find(name);
    if (listed != certificates_.end() && (!role || *role < listed->second)) role = listed->second;
  }
  if (token_path_.empty() || !absl::StartsWith(caller.authorization, AbslView(kBearer))) {
    return role;
  }
  absl::MutexLock lock(&mutex_);
  ReloadTokens();
  const std::string_view token = std::string_view(caller.authorization).substr(kBearer.size());
  const std::optional<AdminRole> of_token = tokens_.RoleOf(token);
  if (of_token.has_value() && (!role || *role < *of_token)) role = of_token;
  return role;
}

void AdminAccess::ReloadTokens() {
  const absl::Time now = clock_.Now();
  if (now >= looked_at_ && now < looked_at_ + kReloadPeriod) return;
  looked_at_ = now;
  absl::StatusOr<TokenFile> read = TokenFile::Load(token_path_);
  if (!read.ok()) {
    spdlog::error("the former tokens stay in use: {}", std::string(read.status().message()));
  } else if (!(*read == tokens_)) {
    spdlog::info("token file {} has changed", token_path_);
    tokens_ = *std::move(read);
  }
}

}  // namespace serin::router
