#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "absl/status/statusor.h"

namespace serin::model_server {

// Bounds the items a server works on or holds, over all calls. Thread-safe, without a lock.
class AdmissionControl {
 public:
  // Gives its items back when it is destroyed.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept
        : in_flight_(std::exchange(other.in_flight_, nullptr)), items_(other.items_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(in_flight_, other.in_flight_);
      std::swap(items_, other.items_);
      return *this;
    }
    ~Ticket() {
      if (in_flight_ != nullptr) in_flight_->fetch_sub(items_, std::memory_order_relaxed);
    }

   private:
    friend class AdmissionControl;
    Ticket(std::atomic<size_t>* in_flight, size_t items) : in_flight_(in_flight), items_(items) {}

    std::atomic<size_t>* in_flight_ = nullptr;
    size_t items_ = 0;
  };

  explicit AdmissionControl(size_t max_items) : max_items_(max_items) {}

  // Takes `items` until the ticket goes. A call that is alone is always taken, however large.
  // Error: RESOURCE_EXHAUSTED naming the bound and what is in flight.
  absl::StatusOr<Ticket> Admit(size_t items);

  size_t items_in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

 private:
  const size_t max_items_;
  std::atomic<size_t> in_flight_{0};
};

}  // namespace serin::model_server
