#include "stream-client/sinks/console_sink.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "stream-client/sinks/scored_record_json.h"

namespace serin::stream {
namespace {

constexpr char kRule[] = "-------------------------------------------\n";

std::string Shortest(double number) {
  std::string text;
  AppendShortest(number, text);
  return text;
}

std::vector<std::string> ToRow(const BatchItem& item, const Score& score) {
  return {std::string(item.record.key.value_or("null")),
          item.text,
          Shortest(score.compound),
          Shortest(score.neg),
          Shortest(score.neu),
          Shortest(score.pos),
          std::string(score.label),
          score.model_version,
          std::string(score.assignment)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Batch>> ConsoleSink::Poll() {
  absl::StatusOr<std::unique_ptr<Batch>> batch = next_.Poll();
  const bool wanted = options_.max_batches == 0 || printed_ < options_.max_batches;
  if (batch.ok() && *batch != nullptr && wanted) Print(**batch);
  return batch;
}

void ConsoleSink::Print(const Batch& batch) {
  std::vector<std::vector<std::string>> rows;
  for (const BatchItem& item : batch.items) {
    // One row more than is shown tells that there are more.
    if (rows.size() > options_.table.num_rows) break;
    if (const auto* score = std::get_if<Score>(&item.outcome)) rows.push_back(ToRow(item, *score));
  }
  if (rows.empty()) return;
  out_ << kRule << "Batch: " << printed_++ << "\n"
       << kRule
       << FormatTable({"key", "data", "compound", "neg", "neu", "pos", "label", "model_version",
                       "assignment"},
                      rows, options_.table)
       << std::endl;
}

}  // namespace serin::stream
