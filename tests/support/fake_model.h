#pragma once

#include <atomic>
#include <string_view>

#include "absl/synchronization/notification.h"
#include "model-server/inference/model.h"

namespace serin::testing {

// A model whose answers and faults a test decides. Positive for texts that hold "good", negative
// for those that hold "bad", else neutral.
class FakeModel final : public model_server::Model {
 public:
  absl::StatusOr<model_server::Sentiment> Score(std::string_view text) const override {
    calls_.fetch_add(1);
    if (gate_ != nullptr) gate_->WaitForNotification();
    if (!fault_.ok()) return fault_;
    if (text.find("good") != std::string_view::npos) {
      return model_server::Sentiment{0, 0.25, 0.75, 0.5, model_server::Label::kPositive};
    }
    if (text.find("bad") != std::string_view::npos) {
      return model_server::Sentiment{0.75, 0.25, 0, -0.5, model_server::Label::kNegative};
    }
    return model_server::Sentiment{0, 1, 0, 0, model_server::Label::kNeutral};
  }

  // Fault knobs; set them before the model is used by another thread.
  void FailWith(absl::Status fault) { fault_ = std::move(fault); }
  void HoldUntil(absl::Notification* gate) { gate_ = gate; }

  int calls() const { return calls_.load(); }

 private:
  mutable std::atomic<int> calls_{0};
  absl::Status fault_;
  absl::Notification* gate_ = nullptr;
};

}  // namespace serin::testing
