#pragma once

#include <cstddef>
#include <utility>

#include "model-server/admission/admission_control.h"
#include "model-server/batching/chunk_scheduler.h"
#include "model-server/inference/prediction_engine.h"

namespace serin::model_server {

// What every RPC that predicts works with. Nothing is owned.
struct ServingContext {
  // From here on a batch is work in the background: milliseconds of one core.
  static constexpr size_t kLargeBatchItems = 4096;
  static constexpr size_t kLargeMessageBytes = 512 << 10;

  const PredictionEngine& engine;
  ChunkScheduler& scheduler;
  ChunkScheduler& background;  // of the same chunks
  AdmissionControl& admission;
  size_t max_batch_items;

  ChunkScheduler& SchedulerOf(size_t items) const {
    return items < kLargeBatchItems ? scheduler : background;
  }

  // Has a message read and answered: here, or apart if that would hold up the thread for long.
  template <typename Answer>
  void AnswerMessage(size_t bytes, Answer answer) const {
    if (bytes < kLargeMessageBytes) return answer();
    background.RunApart(std::move(answer));
  }

  // Tells gRPC that a batch is answered. Not in the background: a connection would wait for a
  // thread that waits for a processor.
  template <typename Finish>
  void FinishBatch(Finish finish) const {
    if (!background.InWorker()) return finish();
    scheduler.RunApart(std::move(finish));
  }
};

}  // namespace serin::model_server
