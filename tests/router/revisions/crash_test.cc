// kill -9 at each step of a change: a child process dies there, this one looks at what it left.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "absl/strings/str_cat.h"
#include "common/time/clock.h"
#include "gtest/gtest.h"
#include "router/revisions/file_revision_log.h"
#include "router/revisions/route_store.h"
#include "tests/support/status_matchers.h"

namespace serin::router {
namespace {

using ::serin::testing::IsOk;

enum class DieAt { kBeforeAppend, kAfterAppend };

// Dies without a trace around the n-th append.
class DyingLog final : public RevisionLog {
 public:
  DyingLog(RevisionLog& log, DieAt when, int append) : log_(log), when_(when), left_(append) {}

  absl::StatusOr<std::vector<Revision>> ReadAll() override { return log_.ReadAll(); }
  absl::Status Append(const Revision& revision) override {
    --left_;
    if (left_ == 0 && when_ == DieAt::kBeforeAppend) raise(SIGKILL);
    const absl::Status appended = log_.Append(revision);
    if (left_ == 0) raise(SIGKILL);
    return appended;
  }

 private:
  RevisionLog& log_;
  const DieAt when_;
  int left_;
};

class CrashTest : public ::testing::Test {
 protected:
  CrashTest()
      : path_((std::filesystem::temp_directory_path() / absl::StrCat("serin-crash-", getpid()))
                  .string()) {
    std::filesystem::remove(path_);
  }
  ~CrashTest() override {
    std::filesystem::remove(path_);
    std::filesystem::remove(path_ + ".dropped");
  }

  std::unique_ptr<RouteStore> Open(RevisionLog& log) {
    const RouteSpec spec{.name = "sentiment",
                         .stable_version = "v1",
                         .versions = {"v1", "v2"},
                         .weights = {{"v1", 80}, {"v2", 20}}};
    auto store = RouteStore::Create({spec}, log, clock_);
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }

  static absl::Status Set(RouteStore& store, uint32_t first) {
    const WeightChange change{.route = "sentiment", .weights = {{"v1", first}, {"v2", 50}}};
    return store.SetWeights(change, [](const Route&, std::string_view) { return true; }).status();
  }

  // The child makes `changes` changes, one byte through the pipe for each acknowledged one, and is
  // killed. Returns how many were acknowledged.
  int AcknowledgedByChild(const std::function<void(const std::function<void()>&)>& child,
                          absl::Duration kill_after = absl::InfiniteDuration()) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0) {
      child([&ends] { (void)!write(ends[1], "x", 1); });
      _exit(0);
    }
    close(ends[1]);
    if (kill_after != absl::InfiniteDuration()) {
      absl::SleepFor(kill_after);
      kill(pid, SIGKILL);
    }
    int acknowledged = 0;
    char byte = 0;
    while (read(ends[0], &byte, 1) == 1) ++acknowledged;
    close(ends[0]);
    int state = 0;
    waitpid(pid, &state, 0);
    EXPECT_TRUE(WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL);
    return acknowledged;
  }

  const std::string path_;
  RealClock clock_;
};

TEST_F(CrashTest, KilledBeforeTheAppendNothingOfTheChangeIsLeft) {
  const int acknowledged = AcknowledgedByChild([this](const auto& acknowledge) {
    const auto file = *FileRevisionLog::Open(path_);
    DyingLog log(*file, DieAt::kBeforeAppend, 3);
    const auto store = Open(log);
    for (uint32_t i = 1; i < 9; ++i) {
      if (Set(*store, i).ok()) acknowledge();
    }
  });
  EXPECT_EQ(acknowledged, 1);
  const auto log = *FileRevisionLog::Open(path_);
  EXPECT_EQ(Open(*log)->routes().front()->active()->number(), 2u);
}

TEST_F(CrashTest, KilledBetweenAppendAndPublicationTheChangeIsThereAsAWhole) {
  const int acknowledged = AcknowledgedByChild([this](const auto& acknowledge) {
    const auto file = *FileRevisionLog::Open(path_);
    DyingLog log(*file, DieAt::kAfterAppend, 3);
    const auto store = Open(log);
    for (uint32_t i = 1; i < 9; ++i) {
      if (Set(*store, i).ok()) acknowledge();
    }
  });
  EXPECT_EQ(acknowledged, 1);
  const auto log = *FileRevisionLog::Open(path_);
  const auto active = Open(*log)->routes().front()->active();
  EXPECT_EQ(active->number(), 3u);
  EXPECT_EQ(active->record().weights.at("v1"), 2u);
}

TEST_F(CrashTest, KilledAnywhereNoAcknowledgedChangeIsLost) {
  for (int round = 0; round < 5; ++round) {
    std::filesystem::remove(path_);
    const int acknowledged = AcknowledgedByChild(
        [this](const auto& acknowledge) {
          const auto log = *FileRevisionLog::Open(path_);
          const auto store = Open(*log);
          for (uint32_t i = 1;; ++i) {
            if (Set(*store, i).ok()) acknowledge();
          }
        },
        absl::Milliseconds(40 + 13 * round));
    const auto log = *FileRevisionLog::Open(path_);
    const auto active = Open(*log)->routes().front()->active();
    const auto number = static_cast<int>(active->number());
    EXPECT_GE(number, 1 + acknowledged);
    EXPECT_LE(number, 2 + acknowledged) << "one may have been on its way";
    if (number > 1) {
      EXPECT_EQ(active->record().weights.at("v1"), active->number() - 1);
    }
  }
}

}  // namespace
}  // namespace serin::router
