#include "common/net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/status/check.h"
#include "common/time/milliseconds.h"

namespace serin {
namespace {

constexpr int kMostEvents = 128;

// Tasks that tasks post run in the same turn, unless they go on for ever.
constexpr int kTaskRounds = 16;

thread_local EventLoop* current_loop = nullptr;

class FunctionTask final : public LoopTask {
 public:
  explicit FunctionTask(std::function<void()> function) : function_(std::move(function)) {}
  void Run() override {
    function_();
    delete this;
  }

 private:
  const std::function<void()> function_;
};

}  // namespace

EventLoop* EventLoop::Current() { return current_loop; }

EventLoop::EventLoop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  SERIN_CHECK(epoll_ >= 0 && wake_ >= 0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  SERIN_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
  thread_ = std::thread([this] { Run(); });
}

EventLoop::~EventLoop() {
  SERIN_CHECK(!InLoop());
  stopping_.store(true, std::memory_order_release);
  Wake();
  thread_.join();
  close(wake_);
  close(epoll_);
}

void EventLoop::Wake() const {
  const uint64_t one = 1;
  // A full counter wakes as well.
  (void)!write(wake_, &one, sizeof(one));
}

void EventLoop::Post(LoopTask& task) {
  LoopTask* head = posted_.load(std::memory_order_relaxed);
  do {
    task.next_ = head;
  } while (!posted_.compare_exchange_weak(head, &task, std::memory_order_release,
                                          std::memory_order_relaxed));
  if (head == nullptr && !InLoop()) Wake();
}

void EventLoop::Post(std::function<void()> function) {
  Post(*new FunctionTask(std::move(function)));
}

void EventLoop::RunAndWait(const std::function<void()>& function) {
  if (InLoop()) return function();
  absl::Notification done;
  Post([&] {
    function();
    done.Notify();
  });
  done.WaitForNotification();
}

void EventLoop::FinishTurn() {
  class End final : public LoopTask {
   public:
    void Run() override { done.Notify(); }
    absl::Notification done;
  };
  End end;
  Post([this, &end] { AtTurnEnd(end); });
  end.done.WaitForNotification();
}

void EventLoop::AtTurnEnd(LoopTask& task) {
  task.next_ = nullptr;
  (turn_ends_ == nullptr ? turn_ends_ : last_turn_end_->next_) = &task;
  last_turn_end_ = &task;
}

void EventLoop::Watch(int fd, uint32_t events, FdHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  SERIN_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0);
}

void EventLoop::Rewatch(int fd, uint32_t events, FdHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  SERIN_CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0);
}

void EventLoop::Unwatch(int fd, FdHandler& handler) {
  SERIN_CHECK(epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr) == 0);
  for (int i = 0; i < event_count_; ++i) {
    if (events_[i].data.ptr == &handler) events_[i].data.ptr = nullptr;
  }
}

void EventLoop::AddTick(const void* key, std::function<void()> function) {
  ticks_.push_back({key, std::move(function)});
}

void EventLoop::RemoveTick(const void* key) {
  ticks_.erase(std::remove_if(ticks_.begin(), ticks_.end(),
                              [key](const Tick& tick) { return tick.key == key; }),
               ticks_.end());
}

void EventLoop::HandleEvents(int count) {
  event_count_ = count;
  for (int i = 0; i < count; ++i) {
    auto* const handler = static_cast<FdHandler*>(events_[i].data.ptr);
    if (handler != nullptr) handler->OnReady(events_[i].events);
  }
  event_count_ = 0;
}

bool EventLoop::RunTasks() {
  LoopTask* newest = posted_.exchange(nullptr, std::memory_order_acquire);
  LoopTask* task = nullptr;
  while (newest != nullptr) {
    LoopTask* const older = newest->next_;
    newest->next_ = task;
    task = newest;
    newest = older;
  }
  const bool any = task != nullptr;
  while (task != nullptr) {
    // Read first, as the task may destroy itself or post itself anew.
    LoopTask* const next = task->next_;
    task->Run();
    task = next;
  }
  return any;
}

void EventLoop::RunTurnEnds() {
  while (turn_ends_ != nullptr) {
    LoopTask* const task = turn_ends_;
    turn_ends_ = task->next_;
    task->Run();
  }
}

void EventLoop::RunTicks() {
  const absl::Time now = absl::Now();
  if (ticks_.empty() || now < next_tick_) return;
  next_tick_ = now + kTick;
  for (const Tick& tick : ticks_) tick.function();
}

void EventLoop::Run() {
  current_loop = this;
  std::array<epoll_event, kMostEvents> events;
  events_ = events.data();
  while (true) {
    const bool busy = posted_.load(std::memory_order_relaxed) != nullptr;
    const int tick = ticks_.empty() ? -1 : ToMilliseconds(kTick);
    const int count = epoll_wait(epoll_, events_, kMostEvents, busy ? 0 : tick);
    SERIN_CHECK(count >= 0 || errno == EINTR);
    for (int i = 0; i < count; ++i) {
      uint64_t wakes = 0;
      if (events_[i].data.ptr == nullptr) (void)!read(wake_, &wakes, sizeof(wakes));
    }
    HandleEvents(std::max(count, 0));
    const bool stopping = stopping_.load(std::memory_order_acquire);
    for (int round = 0; round < kTaskRounds && RunTasks(); ++round) {
    }
    RunTicks();
    RunTurnEnds();
    if (stopping && posted_.load(std::memory_order_acquire) == nullptr) return;
  }
}

}  // namespace serin
