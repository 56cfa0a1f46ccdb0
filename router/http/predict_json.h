#pragma once

#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "router/dispatch/routed_call.h"

namespace serin::router {

// What a body of POST /predict asks for: one text, or the texts of a JSON array.
class PredictQuestion {
 public:
  explicit PredictQuestion(bool is_batch) : is_batch_(is_batch) {}

  bool is_batch() const { return is_batch_; }
  size_t size() const { return ends_.size(); }
  // Holds until the question is moved or changed.
  std::string_view text(size_t i) const;

  void Add(std::string_view text);

 private:
  bool is_batch_;
  // All of them, one behind the other, and where each ends.
  std::string texts_;
  absl::InlinedVector<size_t, 1> ends_;
};

// {"data": "text"}, or an array of such objects; of several fields with the name the last counts.
// Errors: INVALID_ARGUMENT that names the field, and in an array the element.
absl::StatusOr<PredictQuestion> ParseQuestion(std::string_view body, size_t max_items);

// {"compound":..,"neg":..,"neu":..,"pos":..} with a line break, keys and floats as Flask's jsonify
// writes them. The item has succeeded.
std::string AnswerToOne(const RoutedItem& item);

// An array with an object for each item: the same and its "version", or {"code","error"}.
std::string AnswerToBatch(absl::Span<const RoutedItem> items);

}  // namespace serin::router
