#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "router/dispatch/routed_call.h"

namespace serin::router {

// What a body of POST /predict asks for: one text, or the texts of a JSON array.
struct PredictQuestion {
  std::vector<std::string> texts;
  bool is_batch = false;
};

// {"data": "text"}, or an array of such objects. Errors: INVALID_ARGUMENT that names the field, and
// in an array the element.
absl::StatusOr<PredictQuestion> ParseQuestion(const std::string& body, size_t max_items);

// {"compound":..,"neg":..,"neu":..,"pos":..} with a line break, keys and floats as Flask's jsonify
// writes them. The item has succeeded.
std::string AnswerToOne(const RoutedItem& item);

// An array with an object for each item: the same and its "version", or {"code","error"}.
std::string AnswerToBatch(absl::Span<const RoutedItem> items);

}  // namespace serin::router
