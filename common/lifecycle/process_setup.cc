#include "common/lifecycle/process_setup.h"

#include "absl/synchronization/mutex.h"

namespace serin {

void SetUpProcess() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

}  // namespace serin
