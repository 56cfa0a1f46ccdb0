#include "model-server/batching/chunk_scheduler.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"

#include "gtest/gtest.h"

namespace serin::model_server {
namespace {

TEST(ChunkSchedulerTest, RunsASmallBatchInTheCallingThread) {
  ChunkScheduler scheduler(1, 10);
  const auto caller = std::this_thread::get_id();
  std::thread::id worked;
  bool done = false;
  scheduler.Run(
      10,
      [&](size_t begin, size_t end) {
        EXPECT_EQ(begin, 0u);
        EXPECT_EQ(end, 10u);
        worked = std::this_thread::get_id();
      },
      [&] { done = true; });
  EXPECT_TRUE(done);
  EXPECT_EQ(worked, caller);
}

TEST(ChunkSchedulerTest, AnEmptyBatchIsDoneAtOnce) {
  ChunkScheduler scheduler(1, 10);
  bool done = false;
  scheduler.Run(
      0, [](size_t, size_t) {}, [&] { done = true; });
  EXPECT_TRUE(done);
}

TEST(ChunkSchedulerTest, WorksOnEveryItemOnceAndIsDoneOnce) {
  ChunkScheduler scheduler(4, 7);
  std::vector<std::atomic<int>> worked(1000);
  absl::Notification done;  // a second Notify() would abort
  scheduler.Run(
      worked.size(),
      [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) worked[i].fetch_add(1);
      },
      [&] { done.Notify(); });
  done.WaitForNotification();
  EXPECT_TRUE(std::all_of(worked.begin(), worked.end(), [](const auto& n) { return n == 1; }));
}

TEST(ChunkSchedulerTest, AHugeBatchDoesNotHoldUpALaterOne) {
  ChunkScheduler scheduler(1, 1);
  absl::Notification huge_started;
  absl::Notification later_handed_in;
  std::atomic<int> huge_items{0};
  int huge_items_when_later_was_done = -1;
  absl::BlockingCounter both(2);
  scheduler.Run(
      1000,
      [&](size_t begin, size_t) {
        if (begin == 0) {
          huge_started.Notify();
          later_handed_in.WaitForNotification();
        }
        huge_items.fetch_add(1);
      },
      [&] { both.DecrementCount(); });
  huge_started.WaitForNotification();
  scheduler.Run(
      3, [](size_t, size_t) {},
      [&] {
        huge_items_when_later_was_done = huge_items.load();
        both.DecrementCount();
      });
  later_handed_in.Notify();
  both.Wait();
  // Its three chunks alternate with three or four of the huge one's.
  EXPECT_LE(huge_items_when_later_was_done, 5);
}

TEST(ChunkSchedulerTest, WorkersInTheBackgroundLeaveTheProcessorToOthers) {
  const auto policy_of_a_worker = [](ChunkScheduler::Priority priority) {
    ChunkScheduler scheduler(1, 1, priority);
    int policy = -1;
    absl::Notification done;
    scheduler.RunApart([&] {
      policy = sched_getscheduler(0);
      done.Notify();
    });
    done.WaitForNotification();
    return policy;
  };
  EXPECT_EQ(policy_of_a_worker(ChunkScheduler::Priority::kNormal), sched_getscheduler(0));
  EXPECT_EQ(policy_of_a_worker(ChunkScheduler::Priority::kBackground), SCHED_IDLE);
}

TEST(ChunkSchedulerTest, FinishesWhatItHasBeforeItIsDestroyed) {
  std::atomic<int> items{0};
  bool done = false;
  {
    ChunkScheduler scheduler(2, 10);
    scheduler.Run(
        1000, [&](size_t begin, size_t end) { items.fetch_add(static_cast<int>(end - begin)); },
        [&] { done = true; });
  }
  EXPECT_EQ(items, 1000);
  EXPECT_TRUE(done);
}

TEST(ChunkSchedulerTest, AThreadKnowsWhoseWorkerItIs) {
  ChunkScheduler one(/*threads=*/1, /*chunk_items=*/8);
  const ChunkScheduler other(/*threads=*/1, /*chunk_items=*/8);
  std::promise<std::pair<bool, bool>> apart;
  one.RunApart([&] { apart.set_value({one.InWorker(), other.InWorker()}); });
  EXPECT_EQ(apart.get_future().get(), std::make_pair(true, false));
  EXPECT_FALSE(one.InWorker());
}

}  // namespace
}  // namespace serin::model_server
