#include "model-server/admission/admission_control.h"

#include "absl/strings/str_cat.h"

namespace serin::model_server {

absl::StatusOr<AdmissionControl::Ticket> AdmissionControl::Admit(size_t items) {
  const size_t before = in_flight_.fetch_add(items, std::memory_order_relaxed);
  if (before == 0 || before + items <= max_items_) return Ticket(&in_flight_, items);
  in_flight_.fetch_sub(items, std::memory_order_relaxed);
  return absl::ResourceExhaustedError(absl::StrCat("overload: expected at most ", max_items_,
                                                   " items in flight, got ", items,
                                                   " more on top of ", before));
}

}  // namespace serin::model_server
