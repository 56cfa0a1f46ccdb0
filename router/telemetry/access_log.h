#pragma once

#include "common/telemetry/line_file.h"
#include "common/telemetry/sampler.h"
#include "router/dispatch/call_log.h"

namespace serin::router {

// Writes how calls went as lines of JSON: calls with an error, a retry, a fallback or a spill, and
// a share of all others. A call is a Predict, a PredictBatch, a message of a PredictStream, a
// ModelInfer or a POST /predict. It has a line for each way its items went, most often one: `items`
// of them had this `route`, `assigned` and `answered` version, `revision`, `assignment`,
// `endpoint`, `code` and `flags`; `message`, `request_id` and `trace_id` are those of the first.
// `time` is when the call came, `duration_us` when the last of the items was done. Texts are never
// in it.
//
// Flags: retry, fallback, spill, pinned; timeout (DEADLINE_EXCEEDED), overload
// (RESOURCE_EXHAUSTED), cancelled. Thread-safe.
class AccessLog final : public CallLog {
 public:
  // `sample` in [0, 1]; `sink` must outlive the log.
  AccessLog(LineSink& sink, double sample) : sink_(sink), sampler_(sample) {}

  void OnDone(const RoutedCall& call) override;

 private:
  LineSink& sink_;
  const Sampler sampler_;
};

}  // namespace serin::router
