#pragma once

#include <vector>

#include "gtest/gtest.h"
#include "stream-client/pipeline/pipeline.h"
#include "tests/stream-client/pipeline/pipeline_fakes.h"

namespace serin::stream {

inline const std::vector<TopicPartition> kFirstPartition = {{"in", 0}};

// A pipeline of batches of two among fakes, with two partitions, stepped by the test.
class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() { pipeline_.OnAssigned({{"in", 0}, {"in", 1}}); }

  static PipelineOptions Options() {
    PipelineOptions options;
    options.batch = {.max_records = 2, .max_bytes = 1000, .linger = absl::Milliseconds(20)};
    options.order = Order::kNone;
    options.max_in_flight = 3;
    options.max_unfinished_records = 6;
    options.max_unfinished_bytes = 1000;
    options.commit_interval = absl::ZeroDuration();
    return options;
  }

  // Steps until there is nothing to do.
  void Settle() {
    while (pipeline_.Step()) {
    }
  }
  void SettleLater(absl::Duration time) {
    clock_.Advance(time);
    Settle();
  }

  testing::FakeClock clock_;
  FakeWakeup wakeup_{clock_};
  FakeSource source_;
  FakeDecoder decoder_;
  FakeScorer scorer_;
  FakeSink sink_;
  FakeCommitter committer_;
  CountingObserver observer_;
  Pipeline pipeline_{Options(),
                     {source_, decoder_, scorer_, sink_, committer_, observer_, wakeup_, clock_}};
};

}  // namespace serin::stream
