#include "common/config/field_value.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/strings/absl_view.h"

namespace serin {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::serin::v1::config::FieldRule;

absl::Status Expected(std::string_view what) { return absl::InvalidArgumentError(AbslView(what)); }

// Whole numbers without an exponent: 16777216, not 1.67772e+07.
std::string Number(double value) { return absl::StrFormat("%.15g", value); }

// "from 1 to 100", "at least 1", or "" where the rule has no bounds.
std::string BoundsText(const FieldRule& rule, const char* unit) {
  if (rule.has_min() && rule.has_max()) {
    return absl::StrCat(" from ", Number(rule.min()), unit, " to ", Number(rule.max()), unit);
  }
  if (rule.has_min()) return absl::StrCat(" of at least ", Number(rule.min()), unit);
  if (rule.has_max()) return absl::StrCat(" of at most ", Number(rule.max()), unit);
  return "";
}

bool InBounds(double value, const FieldRule& rule) {
  return !(rule.has_min() && value < rule.min()) && !(rule.has_max() && value > rule.max());
}

template <typename Integer>
std::optional<Integer> ParseInteger(std::string_view text, const FieldRule& rule) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(AbslView(text), &value)) return std::nullopt;
  if (value < static_cast<int64_t>(std::numeric_limits<Integer>::min())) return std::nullopt;
  if (value > 0 && static_cast<uint64_t>(value) > std::numeric_limits<Integer>::max()) {
    return std::nullopt;
  }
  if (!InBounds(static_cast<double>(value), rule)) return std::nullopt;
  return static_cast<Integer>(value);
}

bool IsAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  return colon != std::string_view::npos && colon > 0 &&
         absl::SimpleAtoi(AbslView(text.substr(colon + 1)), &port) && port <= 65535;
}

absl::Status CheckString(std::string_view text, const FieldRule& rule) {
  if (!rule.one_of().empty() &&
      std::find(rule.one_of().begin(), rule.one_of().end(), text) == rule.one_of().end()) {
    return Expected(absl::StrCat("one of ", absl::StrJoin(rule.one_of(), ", ")));
  }
  if (rule.format() == v1::config::ADDRESS && !IsAddress(text)) {
    return Expected("an address host:port");
  }
  if (rule.format() == v1::config::DURATION) {
    absl::Duration duration;
    if (!absl::ParseDuration(AbslView(text), &duration) ||
        !InBounds(absl::ToDoubleSeconds(duration), rule)) {
      return Expected(absl::StrCat("a duration", BoundsText(rule, "s"), ", such as 250ms or 2m"));
    }
  }
  if (rule.required() && text.empty()) return Expected("a value");
  return absl::OkStatus();
}

// Sets a singular field, appends to a repeated one.
template <typename Set, typename Add>
absl::Status Store(const FieldDescriptor& field, Set set, Add add) {
  if (field.is_repeated()) {
    add();
  } else {
    set();
  }
  return absl::OkStatus();
}

absl::Status SetString(std::string_view text, const FieldDescriptor& field, Message& message) {
  if (absl::Status status = CheckString(text, RuleOf(field)); !status.ok()) return status;
  const auto* reflection = message.GetReflection();
  return Store(
      field, [&] { reflection->SetString(&message, &field, std::string(text)); },
      [&] { reflection->AddString(&message, &field, std::string(text)); });
}

absl::Status SetUint32(std::string_view text, const FieldDescriptor& field, Message& message) {
  const FieldRule& rule = RuleOf(field);
  const auto value = ParseInteger<uint32_t>(text, rule);
  if (!value) {
    const std::string bounds = BoundsText(rule, "");
    return Expected(absl::StrCat("a whole number", bounds.empty() ? " of at least 0" : bounds));
  }
  const auto* reflection = message.GetReflection();
  return Store(
      field, [&] { reflection->SetUInt32(&message, &field, *value); },
      [&] { reflection->AddUInt32(&message, &field, *value); });
}

absl::Status SetDouble(std::string_view text, const FieldDescriptor& field, Message& message) {
  double value = 0;
  if (!absl::SimpleAtod(AbslView(text), &value) || !InBounds(value, RuleOf(field))) {
    return Expected(absl::StrCat("a number", BoundsText(RuleOf(field), "")));
  }
  const auto* reflection = message.GetReflection();
  return Store(
      field, [&] { reflection->SetDouble(&message, &field, value); },
      [&] { reflection->AddDouble(&message, &field, value); });
}

absl::Status SetBool(std::string_view text, const FieldDescriptor& field, Message& message) {
  if (text != "true" && text != "false") return Expected("true or false");
  const auto* reflection = message.GetReflection();
  return Store(
      field, [&] { reflection->SetBool(&message, &field, text == "true"); },
      [&] { reflection->AddBool(&message, &field, text == "true"); });
}

}  // namespace

const FieldRule& RuleOf(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::config::rule);
}

absl::Status SetConfigField(std::string_view text, const FieldDescriptor& field, Message& message) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return SetString(text, field, message);
    case FieldDescriptor::CPPTYPE_UINT32:
      return SetUint32(text, field, message);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return SetDouble(text, field, message);
    case FieldDescriptor::CPPTYPE_BOOL:
      return SetBool(text, field, message);
    default:
      return absl::InternalError(
          absl::StrCat("the config schema uses a type no config has: ", field.full_name()));
  }
}

}  // namespace serin
