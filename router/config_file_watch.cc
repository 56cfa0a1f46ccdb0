#include "router/config_file_watch.h"

#include <spdlog/spdlog.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "google/protobuf/util/message_differencer.h"
#include "router/router_config.h"

namespace serin::router {
namespace {

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool SameButWeights(v1::config::RouterConfig a, v1::config::RouterConfig b) {
  for (v1::config::RouterConfig* config : {&a, &b}) {
    for (v1::config::RouteConfig& route : *config->mutable_routes()) {
      for (v1::config::VersionConfig& version : *route.mutable_versions()) version.clear_weight();
    }
  }
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

}  // namespace

ConfigFileWatch::ConfigFileWatch(std::string path, const v1::config::RouterConfig& config)
    : path_(std::move(path)), content_(Read(path_)), config_(config) {}

std::optional<v1::config::RouterConfig> ConfigFileWatch::Poll() {
  std::string content = Read(path_);
  if (content.empty() || content == content_) return std::nullopt;
  content_ = std::move(content);
  v1::config::RouterConfig changed;
  if (const absl::Status loaded = LoadRouterConfig(path_, changed); !loaded.ok()) {
    spdlog::error("the changed config file is not used: {}", std::string(loaded.message()));
    return std::nullopt;
  }
  if (!SameButWeights(config_, changed)) {
    spdlog::warn("{} has changed in more than weights; the rest needs a restart", path_);
  }
  config_ = changed;
  return changed;
}

}  // namespace serin::router
