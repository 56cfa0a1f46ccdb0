#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/time/time.h"

struct epoll_event;

namespace serin {

// Something to run on a loop: a link of the loop's queue, so that posting costs no memory. It is in
// at most one queue at a time.
class LoopTask {
 public:
  virtual ~LoopTask() = default;
  virtual void Run() = 0;

 private:
  friend class EventLoop;
  LoopTask* next_ = nullptr;
};

// Who wants to know of a file descriptor. `events` are those of epoll(7).
class FdHandler {
 public:
  virtual void OnReady(uint32_t events) = 0;

 protected:
  ~FdHandler() = default;
};

// A thread that waits for file descriptors and tasks. It works in turns: first what the descriptors
// say, then the posted tasks, then ticks, then what AtTurnEnd() asked for. Whoever writes at the
// end of a turn therefore writes once for all that the turn brought.
class EventLoop {
 public:
  // How often the tick functions are called.
  static constexpr absl::Duration kTick = absl::Milliseconds(100);

  EventLoop();
  // Runs what is posted, then stops and joins the thread. Not on the loop itself.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // The loop whose thread calls; null elsewhere.
  static EventLoop* Current();
  bool InLoop() const { return Current() == this; }

  // Any thread: runs the task in this loop, tasks of one thread in their order. However many are
  // posted before the loop looks, it is woken once. The task may destroy itself when it runs.
  void Post(LoopTask& task);
  // The same for a function.
  void Post(std::function<void()> function);
  // Any thread: the same, and waits until it has run.
  void RunAndWait(const std::function<void()>& function);

  // Not on the loop: waits until everything that was queued before has run, also at a turn's end.
  void FinishTurn();

  // All below: on the loop only.

  // Runs the task when this turn's events and tasks are done, also when called from such a task.
  // The task must not be queued already.
  void AtTurnEnd(LoopTask& task);

  void Watch(int fd, uint32_t events, FdHandler& handler);
  void Rewatch(int fd, uint32_t events, FdHandler& handler);
  // The handler gets no further event, not even of this turn.
  void Unwatch(int fd, FdHandler& handler);

  // Calls the function every kTick until RemoveTick(), which must not be called from a tick.
  void AddTick(const void* key, std::function<void()> function);
  void RemoveTick(const void* key);

 private:
  struct Tick {
    const void* key;
    std::function<void()> function;
  };

  void Run();
  void HandleEvents(int count);
  bool RunTasks();  // False: there was none.
  void RunTurnEnds();
  void RunTicks();
  void Wake() const;

  const int epoll_;
  const int wake_;
  // Posted tasks, the newest first.
  std::atomic<LoopTask*> posted_{nullptr};
  std::atomic<bool> stopping_{false};

  // Of the loop's thread.
  LoopTask* turn_ends_ = nullptr;
  LoopTask* last_turn_end_ = nullptr;
  epoll_event* events_ = nullptr;
  int event_count_ = 0;
  std::vector<Tick> ticks_;
  absl::Time next_tick_ = absl::InfinitePast();

  std::thread thread_;
};

}  // namespace serin
