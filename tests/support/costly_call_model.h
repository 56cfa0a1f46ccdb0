#pragma once

#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "model-server/inference/model.h"

namespace serin::testing {

// A backend that gains from batches, as one on an accelerator does: a call costs the same whatever
// it brings, and one at a time is worked on. What a call "costs" is counted, not waited for.
// Scores a text positive when it holds "good", else neutral.
class CostlyCallModel final : public model_server::Model {
 public:
  static constexpr int kCostOfCall = 100;
  static constexpr int kCostOfItem = 1;

  absl::StatusOr<model_server::Sentiment> Score(std::string_view text) const override {
    absl::StatusOr<model_server::Sentiment> outcome;
    ScoreBatch({&text, 1}, {&outcome, 1});
    return outcome;
  }

  void ScoreBatch(absl::Span<const std::string_view> texts,
                  absl::Span<absl::StatusOr<model_server::Sentiment>> outcomes) const override {
    absl::MutexLock lock(&mutex_);
    sizes_.push_back(texts.size());
    if (gate_ != nullptr) gate_->WaitForNotification();
    for (size_t i = 0; i < texts.size(); ++i) {
      const bool good = texts[i].find("good") != std::string_view::npos;
      const bool bad = texts[i].find("fail") != std::string_view::npos;
      model_server::Sentiment sentiment;
      if (good) sentiment.label = model_server::Label::kPositive;
      outcomes[i] = sentiment;
      if (bad) outcomes[i] = absl::InternalError("this text alone");
    }
  }

  // Holds every call until the gate opens; set it before the model is used.
  void HoldUntil(absl::Notification* gate) { gate_ = gate; }

  std::vector<size_t> sizes() const {
    absl::MutexLock lock(&mutex_);
    return sizes_;
  }

  int cost() const {
    int cost = 0;
    for (const size_t size : sizes()) cost += kCostOfCall + kCostOfItem * static_cast<int>(size);
    return cost;
  }

 private:
  mutable absl::Mutex mutex_;
  mutable std::vector<size_t> sizes_ ABSL_GUARDED_BY(mutex_);  // of the calls, in order
  absl::Notification* gate_ = nullptr;
};

}  // namespace serin::testing
