#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/time/clock.h"
#include "router/backends/upstream.h"
#include "router/dispatch/routed_call.h"

namespace serin::router {

// Answers at once, or with `error`, or only on Release().
class FakeUpstream final : public Upstream {
 public:
  FakeUpstream(std::string name, const Clock& clock) : address_(std::move(name)), clock_(clock) {}

  const std::string& address() const override { return address_; }
  bool ready() const override { return is_ready; }
  size_t in_flight() const override { return load; }
  bool welcomes_company() const override { return company; }
  void Send(ItemList items) override {
    held_.Append(items);
    if (!hold) Release();
  }

  void Tick() override { ++ticks; }
  void Close() override { *closed = true; }

  void Release() {
    while (!held_.empty()) {
      Item& item = held_.PopFront();
      ++received;
      item.done_at = clock_.Now();
      item.outcome = error.ok() ? Outcome(Sentiment{}) : Outcome(error);
      item.owner->OnItemDone(item);
    }
  }

  bool is_ready = true;
  bool hold = false;
  absl::Status error;
  size_t load = 0;
  bool company = false;
  int received = 0;
  int ticks = 0;
  // Outlives the endpoint.
  const std::shared_ptr<bool> closed = std::make_shared<bool>(false);

 private:
  const std::string address_;
  const Clock& clock_;
  ItemList held_;
};

class TestCall final : public RoutedCall {
 public:
  explicit TestCall(size_t count) : storage_(count) {
    items = absl::MakeSpan(storage_);
    deadline = absl::InfiniteFuture();
    for (RoutedItem& item : items) item.text = "text";
  }
  void OnAnswered() override { ++answered; }

  int answered = 0;

 private:
  std::vector<RoutedItem> storage_;
};

}  // namespace serin::router
