#include "common/lifecycle/readiness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace serin {

void Readiness::Set(std::string_view condition, bool holds, std::string_view why) {
  absl::MutexLock notify_lock(&notify_mutex_);
  bool before = false;
  bool after = false;
  {
    absl::MutexLock lock(&mutex_);
    before = ReadyLocked();
    conditions_.insert_or_assign(std::string(condition), Condition{holds, std::string(why)});
    after = ReadyLocked();
  }
  if (before != after && listener_) listener_(after);
}

bool Readiness::ready() const {
  absl::ReaderMutexLock lock(&mutex_);
  return ReadyLocked();
}

bool Readiness::ReadyLocked() const {
  return !conditions_.empty() && std::all_of(conditions_.begin(), conditions_.end(),
                                             [](const auto& entry) { return entry.second.holds; });
}

std::string Readiness::Describe() const {
  absl::ReaderMutexLock lock(&mutex_);
  std::string text;
  for (const auto& [name, condition] : conditions_) {
    absl::StrAppend(&text, name, ": ", condition.holds ? "ok" : condition.why, "\n");
  }
  return text;
}

void Readiness::OnChange(Listener listener) {
  absl::MutexLock lock(&notify_mutex_);
  listener_ = std::move(listener);
}

}  // namespace serin
