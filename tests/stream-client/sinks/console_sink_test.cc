#include "stream-client/sinks/console_sink.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/stream-client/pipeline/pipeline_fakes.h"
#include "tests/support/status_matchers.h"

namespace serin::stream {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::unique_ptr<Batch> ScoredBatch(const std::string& text) {
  auto batch = MakeTextBatch({text, "bad"});
  batch->items[0].outcome = Score{.compound = 0.8439, .model = "", .model_version = "v1"};
  batch->items[1].outcome = Failure{};
  return batch;
}

TEST(ConsoleSinkTest, PrintsABatchOnceItIsWritten) {
  FakeSink next;
  std::ostringstream out;
  ConsoleSink sink({}, next, out);
  next.corked = true;
  sink.Write(ScoredBatch("hello"));
  EXPECT_EQ(*sink.Poll(), nullptr);
  EXPECT_EQ(out.str(), "");
  next.corked = false;
  EXPECT_NE(*sink.Poll(), nullptr);
  EXPECT_THAT(out.str(), StartsWith("-------------------------------------------\n"
                                    "Batch: 0\n"
                                    "-------------------------------------------\n"
                                    "+----+-----+--------+"));
  EXPECT_THAT(out.str(), HasSubstr("|null|hello|  0.8439|  0|"));
  EXPECT_THAT(out.str(), Not(HasSubstr("bad")));
}

TEST(ConsoleSinkTest, StopsPrintingAfterMaxBatchesButPassesEverythingOn) {
  FakeSink next;
  std::ostringstream out;
  ConsoleSink sink({.table = {}, .max_batches = 1}, next, out);
  for (const char* text : {"one", "two"}) sink.Write(ScoredBatch(text));
  EXPECT_NE(*sink.Poll(), nullptr);
  EXPECT_NE(*sink.Poll(), nullptr);
  EXPECT_THAT(out.str(), HasSubstr("one"));
  EXPECT_THAT(out.str(), Not(HasSubstr("two")));
}

}  // namespace
}  // namespace serin::stream
