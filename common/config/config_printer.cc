#include "common/config/config_printer.h"

#include <yaml-cpp/yaml.h>

#include "absl/strings/str_cat.h"
#include "common/config/field_value.h"

namespace serin {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

void PrintMessage(const Message& message, YAML::Emitter& out);

void PrintScalar(const Message& message, const FieldDescriptor& field, int index,
                 YAML::Emitter& out) {
  const auto* reflection = message.GetReflection();
  const bool repeated = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return PrintMessage(repeated ? reflection->GetRepeatedMessage(message, &field, index)
                                   : reflection->GetMessage(message, &field),
                          out);
    case FieldDescriptor::CPPTYPE_UINT32:
      out << (repeated ? reflection->GetRepeatedUInt32(message, &field, index)
                       : reflection->GetUInt32(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      out << (repeated ? reflection->GetRepeatedDouble(message, &field, index)
                       : reflection->GetDouble(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      out << (repeated ? reflection->GetRepeatedBool(message, &field, index)
                       : reflection->GetBool(message, &field));
      return;
    default:
      out << (repeated ? reflection->GetRepeatedString(message, &field, index)
                       : reflection->GetString(message, &field));
  }
}

void PrintMap(const Message& message, const FieldDescriptor& field, YAML::Emitter& out) {
  const auto* reflection = message.GetReflection();
  out << YAML::BeginMap;
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    const Message& entry = reflection->GetRepeatedMessage(message, &field, i);
    out << YAML::Key;
    PrintScalar(entry, *entry.GetDescriptor()->map_key(), -1, out);
    out << YAML::Value;
    if (RuleOf(field).secret()) {
      out << "*****";
    } else {
      PrintScalar(entry, *entry.GetDescriptor()->map_value(), -1, out);
    }
  }
  out << YAML::EndMap;
}

void PrintMessage(const Message& message, YAML::Emitter& out) {
  out << YAML::BeginMap;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    out << YAML::Key << field.name() << YAML::Value;
    if (field.is_map()) {
      PrintMap(message, field, out);
    } else if (field.is_repeated()) {
      out << YAML::BeginSeq;
      const int size = message.GetReflection()->FieldSize(message, &field);
      for (int k = 0; k < size; ++k) PrintScalar(message, field, k, out);
      out << YAML::EndSeq;
    } else if (RuleOf(field).secret()) {
      out << "*****";
    } else {
      PrintScalar(message, field, -1, out);
    }
  }
  out << YAML::EndMap;
}

}  // namespace

std::string PrintConfig(const Message& config) {
  YAML::Emitter out;
  PrintMessage(config, out);
  return absl::StrCat(out.c_str(), "\n");
}

}  // namespace serin
