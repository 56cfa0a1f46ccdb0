#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/registry.h"
#include "router/grpc/token_file.h"
#include "serin/v1/config/router.pb.h"

namespace serin::router {

// Who calls, as the connection and the call's metadata tell it.
struct AdminCaller {
  // gRPC's name of the address.
  std::string peer;
  // Names of the client's verified certificate: common name and subject alternative names.
  std::vector<std::string> certificate_names;
  // The metadata `authorization`; empty: none.
  std::string authorization;
};

// Decides who may call CanaryAdmin: a bearer token of the token file, or a client certificate whose
// name is on the list. With neither configured everybody who reaches the port is an operator.
// Refused calls are logged and counted. Thread-safe.
class AdminAccess {
 public:
  // Reads the token file; `registry` and `clock` must outlive it. Errors: INVALID_ARGUMENT as
  // file:line for a token file that cannot be used.
  static absl::StatusOr<std::unique_ptr<AdminAccess>> Create(
      const v1::config::AdminAccessConfig& config, prometheus::Registry& registry,
      const Clock& clock);

  // UNAUTHENTICATED: no or an unknown token, an unlisted certificate. PERMISSION_DENIED: the
  // caller's role is too small. The token file is read again within a second of a change; while it
  // cannot be used the former tokens stay.
  absl::Status Check(const AdminCaller& caller, AdminRole needed, std::string_view method);

 private:
  AdminAccess(const v1::config::AdminAccessConfig& config, prometheus::Registry& registry,
              const Clock& clock);

  // None: nobody the config knows.
  std::optional<AdminRole> RoleOf(const AdminCaller& caller);
  void ReloadTokens() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string token_path_;
  const Clock& clock_;
  std::map<std::string, AdminRole> certificates_;
  prometheus::Family<prometheus::Counter>& refused_;

  absl::Mutex mutex_;
  TokenFile tokens_ ABSL_GUARDED_BY(mutex_);
  absl::Time looked_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace serin::router
