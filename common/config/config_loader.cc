#include "common/config/config_loader.h"

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/config/field_value.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"

namespace serin {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

// Walks a YAML document and a message side by side.
class Reader {
 public:
  explicit Reader(ConfigFaults& faults) : faults_(faults) {}

  void ReadMessage(const YAML::Node& node, const std::string& path, Message& message) {
    if (!node.IsNull() && !node.IsMap()) {
      faults_.Add(path.empty() ? "(root)" : path, "a mapping of keys", Describe(node));
      return;
    }
    if (node.IsMap()) RejectUnknownKeys(node, path, message);
    const auto* descriptor = message.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor& field = *descriptor->field(i);
      YAML::Node value;
      if (node.IsMap() && node[field.name()]) value = node[field.name()];
      ReadField(value, Join(path, field.name()), field, message);
    }
  }

 private:
  static std::string Join(const std::string& path, const std::string& key) {
    return path.empty() ? key : absl::StrCat(path, ".", key);
  }

  static std::string Describe(const YAML::Node& node) {
    if (node.IsNull()) return "nothing";
    if (node.IsMap()) return "a mapping";
    if (node.IsSequence()) return "a list";
    return absl::StrCat("\"", node.Scalar(), "\"");
  }

  void RejectUnknownKeys(const YAML::Node& node, const std::string& path, const Message& message) {
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "(not a word)";
      if (message.GetDescriptor()->FindFieldByName(key) == nullptr) {
        faults_.Add(Join(path, key), "a known key", "an unknown one");
      } else if (!seen.insert(key).second) {
        faults_.Add(Join(path, key), "the key once", "it twice");
      }
    }
  }

  void ReadField(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
                 Message& message) {
    const bool missing = node.IsNull();
    if (missing && RuleOf(field).required()) {
      faults_.Add(path, "a value", "nothing");
    } else if (field.is_map()) {
      if (!missing) ReadMap(node, path, field, message);
    } else if (field.is_repeated()) {
      if (!missing) ReadList(node, path, field, message);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ReadMessage(node, path, *message.GetReflection()->MutableMessage(&message, &field));
    } else if (!missing) {
      ReadScalar(node, path, field, message);
    } else if (!RuleOf(field).default_().empty()) {
      const absl::Status status = SetConfigField(RuleOf(field).default_(), field, message);
      SERIN_CHECK(status.ok() && "a default of the schema breaks its own rule");
    }
  }

  void ReadList(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
                Message& message) {
    if (!node.IsSequence() || (RuleOf(field).required() && node.size() == 0)) {
      faults_.Add(path, "a list of at least one",
                  node.IsSequence() ? "an empty one" : Describe(node));
      return;
    }
    for (size_t i = 0; i < node.size(); ++i) {
      const std::string item = absl::StrCat(path, "[", i, "]");
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        ReadMessage(node[i], item, *message.GetReflection()->AddMessage(&message, &field));
      } else {
        ReadScalar(node[i], item, field, message);
      }
    }
  }

  void ReadMap(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
               Message& message) {
    if (!node.IsMap()) {
      faults_.Add(path, "a mapping of names to values", Describe(node));
      return;
    }
    const auto* entry = field.message_type();
    for (const auto& pair : node) {
      Message* added = message.GetReflection()->AddMessage(&message, &field);
      const std::string item = Join(path, pair.first.IsScalar() ? pair.first.Scalar() : "(key)");
      ReadScalar(pair.first, item, *entry->map_key(), *added);
      ReadScalar(pair.second, item, *entry->map_value(), *added);
    }
  }

  void ReadScalar(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
                  Message& message) {
    if (!node.IsScalar()) {
      faults_.Add(path, "a single value", Describe(node));
      return;
    }
    const absl::Status status = SetConfigField(node.Scalar(), field, message);
    if (!status.ok()) {
      faults_.Add(path, StdView(status.message()),
                  RuleOf(field).secret() ? "*****" : Describe(node));
    }
  }

  ConfigFaults& faults_;
};

}  // namespace

absl::Status ParseConfig(std::string_view yaml, std::string_view file_name, Message& config) {
  ConfigFaults faults(file_name);
  try {
    Reader(faults).ReadMessage(YAML::Load(std::string(yaml)), "", config);
  } catch (const YAML::Exception& e) {
    faults.Add(absl::StrCat(e.mark.line + 1), "YAML", e.msg);
  }
  return faults.ToStatus();
}

absl::Status LoadConfig(const std::string& path, Message& config) {
  std::ifstream file(path);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    ConfigFaults faults(path);
    faults.Add("(file)", "a readable file with YAML", "none");
    return faults.ToStatus();
  }
  return ParseConfig(text.str(), path, config);
}

absl::Duration ConfigDuration(std::string_view text) {
  absl::Duration duration;
  SERIN_CHECK(absl::ParseDuration(AbslView(text), &duration));
  return duration;
}

}  // namespace serin
