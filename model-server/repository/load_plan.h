#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model-server/repository/repository_view.h"
#include "model-server/repository/version_policy.h"

namespace serin::model_server {

// Which versions a server should have, and what it takes to get there from what it has.
// Pure: a function of the disk, the config and the operators' wishes.

// What an operator asked for by RPC; stands until the next wish for the same version.
enum class Wish { kLoad, kUnload };
using Wishes = std::map<ModelVersionId, Wish>;

// The policy of each model that is served; a model that is not named follows `others`, if set.
struct Selection {
  std::map<std::string, VersionPolicy> models;
  bool others = false;  // serve unnamed models too, with the default policy
};

// What was last tried with a version, loaded or not.
struct Attempt {
  uint64_t fingerprint = 0;
  bool loaded = false;
};
using Attempts = std::map<ModelVersionId, Attempt>;

// The versions wanted now.
std::set<ModelVersionId> WantedVersions(const RepositoryView& disk, const Selection& selection,
                                        const Wishes& wishes);

// What the selection names and the disk lacks, for people: `model "m" version "v"`, or `model "m"`
// when there is no version of it at all.
std::vector<std::string> MissingSelections(const RepositoryView& disk, const Selection& selection);

// What to load: wanted, and new or changed on disk since the last attempt; a version that failed is
// tried again only when its folder has changed. By model, oldest version first.
std::vector<ModelVersionId> VersionsToLoad(const RepositoryView& disk,
                                           const std::set<ModelVersionId>& wanted,
                                           const Attempts& attempts);

// What to unload once the loads were tried: loaded and not wanted, unless a wanted version of the
// same model is not loaded yet, for then the old one is all there is.
std::vector<ModelVersionId> VersionsToUnload(const std::set<ModelVersionId>& wanted,
                                             const Attempts& attempts);

}  // namespace serin::model_server
