#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Return early with the error of a Status or StatusOr expression.
#define SERIN_RETURN_IF_ERROR(expr)                                                  \
  do {                                                                               \
    if (absl::Status serin_status = (expr); !serin_status.ok()) return serin_status; \
  } while (false)

#define SERIN_CONCAT_INNER(a, b) a##b
#define SERIN_CONCAT(a, b) SERIN_CONCAT_INNER(a, b)

// SERIN_ASSIGN_OR_RETURN(auto table, SlotTable::Create(weights));
#define SERIN_ASSIGN_OR_RETURN(lhs, expr) \
  SERIN_ASSIGN_OR_RETURN_IMPL(SERIN_CONCAT(serin_status_or_, __LINE__), lhs, expr)
#define SERIN_ASSIGN_OR_RETURN_IMPL(status_or, lhs, expr)    \
  auto status_or = (expr);                                   \
  if (!status_or.ok()) return std::move(status_or).status(); \
  lhs = *std::move(status_or)
