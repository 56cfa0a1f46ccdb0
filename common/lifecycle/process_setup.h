#pragma once

namespace serin {

// What every process does first in main(): switches off the lock-order checks of absl::Mutex, which
// Debian's build of Abseil has on; they took 4 % of the router's CPU. Tests leave them on.
void SetUpProcess();

}  // namespace serin
