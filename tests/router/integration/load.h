#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "tests/router/integration/router_fixture.h"

namespace serin::router {

// Calls from several threads until stopped; counts what the users see.
class Load {
 public:
  Load(const std::vector<std::shared_ptr<v1::Predictor::Stub>>& stubs,
       std::function<RouterAnswer(v1::Predictor::Stub&)> call) {
    for (const auto& stub : stubs) {
      threads_.emplace_back([this, stub, call] {
        while (!stop_) {
          const RouterAnswer answer = call(*stub);
          ++(answer.status.ok() ? ok_ : failed_);
          ++by_kind_[static_cast<size_t>(answer.response.assignment())];
        }
      });
    }
  }
  ~Load() { Stop(); }

  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  int ok() const { return ok_; }
  int failed() const { return failed_; }
  int of_kind(v1::Assignment kind) const { return by_kind_[static_cast<size_t>(kind)]; }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> ok_{0};
  std::atomic<int> failed_{0};
  std::array<std::atomic<int>, v1::Assignment_ARRAYSIZE> by_kind_{};
  std::vector<std::thread> threads_;
};

}  // namespace serin::router
