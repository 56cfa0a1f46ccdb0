#include "serinctl/output.h"

#include <yaml-cpp/yaml.h>

#include "common/status/check.h"
#include "google/protobuf/util/json_util.h"

namespace serin::serinctl {
namespace {

void UseBlocks(YAML::Node node) {
  if (node.IsMap() || node.IsSequence()) node.SetStyle(YAML::EmitterStyle::Block);
  if (node.IsMap()) {
    for (const auto& entry : node) UseBlocks(entry.second);
  } else if (node.IsSequence()) {
    for (const auto& entry : node) UseBlocks(entry);
  }
}

}  // namespace

std::string FormatMessage(const google::protobuf::Message& message, const std::string& format) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  options.add_whitespace = true;
  std::string json;
  SERIN_CHECK(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  if (format == "json") return json;
  // JSON is YAML in flow style.
  YAML::Node node = YAML::Load(json);
  UseBlocks(node);
  return YAML::Dump(node) + "\n";
}

}  // namespace serin::serinctl
