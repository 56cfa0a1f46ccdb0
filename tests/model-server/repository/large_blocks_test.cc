#include "model-server/repository/large_blocks.h"

#include <malloc.h>

#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "model-server/repository/model_repository.h"
#include "tests/support/fake_model.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace serin::model_server {
namespace {

using ::serin::testing::FakeModel;
using ::serin::testing::IsOk;
using ::serin::testing::TempDir;

constexpr size_t kMiB = 1 << 20;

// What the process has in memory.
double ResidentMiB() {
  std::ifstream statm("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident * 4096) / kMiB;
}

// Loads models as v2 is: some tables of megabytes, and as much again while they are read.
class LargeLoader final : public VersionLoader {
 public:
  absl::StatusOr<std::shared_ptr<const ServedModel>> Load(const ModelVersionId& id,
                                                          const std::string&) override {
    struct Large {
      FakeModel model;
      std::vector<char> words = std::vector<char>(8 * kMiB, 1);
      std::vector<char> characters = std::vector<char>(8 * kMiB, 1);
    };
    const std::vector<char> file(12 * kMiB, 1);
    auto large = std::make_shared<const Large>();
    return std::make_shared<const ServedModel>(
        ServedModel{.name = id.model,
                    .version = id.version,
                    .model = std::shared_ptr<const Model>(large, &large->model)});
  }
};

TEST(LargeBlocksTest, ReloadsOnManyThreadsLeaveNothingInTheirHeaps) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers bring their own malloc";
#endif
  GiveBackLargeBlocks();
  malloc_trim(0);  // what tests before this one left
  TempDir folder;
  folder.Write("sentiment/v1/model.yaml", "backend: any");
  LargeLoader loader;
  Snapshot<ModelCatalog> catalog{std::make_shared<const ModelCatalog>()};
  ModelRepository repository(
      folder.path().string(), {.models = {}, .others = true}, loader, catalog,
      [](const ModelVersionId&, const absl::Status&, const ModelCatalog&) {});
  ASSERT_THAT(repository.Refresh(), IsOk());
  const double before = ResidentMiB();
  // All at once, so that each has a heap of its own.
  constexpr int kThreads = 8;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&repository] {
      for (int load = 0; load < 4; ++load) EXPECT_THAT(repository.Load("sentiment", ""), IsOk());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LT(ResidentMiB() - before, 2);
}

}  // namespace
}  // namespace serin::model_server
