#pragma once

namespace serin {

// The release this build belongs to, as CMakeLists.txt says it.
inline constexpr char kVersion[] = SERIN_VERSION;

}  // namespace serin
