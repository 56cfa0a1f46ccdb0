#include "model-server/repository/model_repository.h"

#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"

namespace serin::model_server {
namespace {

bool Matches(const ModelVersionId& id, const std::string& model, const std::string& version) {
  return id.model == model && (version.empty() || id.version == version);
}

absl::Status NoSuchVersion(const std::string& model, const std::string& version,
                           const std::string& where) {
  return absl::NotFoundError(absl::StrCat("model \"", model, "\"",
                                          version.empty() ? "" : " version \"", version,
                                          version.empty() ? "" : "\"", ": expected one ", where));
}

}  // namespace

ModelRepository::ModelRepository(std::string root, Selection selection, VersionLoader& loader,
                                 Snapshot<ModelCatalog>& catalog, Listener listener,
                                 FolderListener folder_listener)
    : root_(std::move(root)),
      selection_(std::move(selection)),
      loader_(loader),
      catalog_(catalog),
      listener_(std::move(listener)),
      folder_listener_(std::move(folder_listener)) {}

absl::Status ModelRepository::Refresh() {
  absl::MutexLock lock(&operation_mutex_);
  SERIN_ASSIGN_OR_RETURN(const RepositoryView disk, Look());
  return Reconcile(disk);
}

absl::Status ModelRepository::RefreshAll() {
  absl::MutexLock lock(&operation_mutex_);
  SERIN_ASSIGN_OR_RETURN(const RepositoryView disk, Look());
  std::vector<std::string> faults;
  for (const std::string& missing : MissingSelections(disk, selection_)) {
    faults.push_back(absl::StrCat("repository.models: expected ", missing, " with a model.yaml in ",
                                  root_, ", got none"));
  }
  const absl::Status loaded = Reconcile(disk);
  if (faults.empty()) return loaded;
  if (!loaded.ok()) faults.emplace_back(loaded.message());
  return absl::NotFoundError(absl::StrJoin(faults, "\n"));
}

absl::StatusOr<RepositoryView> ModelRepository::Look() {
  absl::StatusOr<RepositoryView> disk = ScanRepository(root_);
  if (disk.ok() != seen_) folder_listener_(disk.status());
  seen_ = disk.ok();
  return disk;
}

absl::Status ModelRepository::Load(const std::string& model, const std::string& version) {
  absl::MutexLock lock(&operation_mutex_);
  SERIN_ASSIGN_OR_RETURN(const RepositoryView disk, Look());
  const std::set<ModelVersionId> asked = WishToLoad(disk, model, version);
  for (const ModelVersionId& id : asked) {
    // Forgetting the last attempt makes this one due, changed folder or not.
    if (const auto attempt = attempts_.find(id); attempt != attempts_.end()) {
      attempt->second.fingerprint = ~disk.at(id).fingerprint;
    }
  }
  if (asked.empty()) {
    return NoSuchVersion(model, version, absl::StrCat("with a model.yaml in ", root_));
  }
  return Reconcile(disk);
}

std::set<ModelVersionId> ModelRepository::WishToLoad(const RepositoryView& disk,
                                                     const std::string& model,
                                                     const std::string& version) {
  RepositoryView of_model = disk;
  std::erase_if(of_model, [&](const auto& entry) { return !Matches(entry.first, model, version); });
  std::set<ModelVersionId> asked;
  if (version.empty()) {
    std::erase_if(wishes_, [&model](const auto& wish) {
      return wish.first.model == model && wish.second == Wish::kUnload;
    });
    asked = WantedVersions(of_model, selection_, wishes_);
    if (!asked.empty()) return asked;
  }
  const VersionPolicy newest;
  asked = WantedVersions(of_model, {.models = {{model, newest}}}, {});
  for (const ModelVersionId& id : asked) wishes_[id] = Wish::kLoad;
  return asked;
}

absl::Status ModelRepository::Unload(const std::string& model, const std::string& version) {
  absl::MutexLock lock(&operation_mutex_);
  bool found = false;
  // Kept, as UnloadOne() puts another catalog in its place.
  const auto catalog = catalog_.Get();
  for (const auto& entry : catalog->models()) {
    const ModelVersionId id{entry->name, entry->version};
    if (!Matches(id, model, version)) continue;
    found = true;
    wishes_[id] = Wish::kUnload;
    UnloadOne(id);
  }
  if (!found) return NoSuchVersion(model, version, "that is loaded");
  return absl::OkStatus();
}

absl::Status ModelRepository::Reconcile(const RepositoryView& disk) {
  const std::set<ModelVersionId> wanted = WantedVersions(disk, selection_, wishes_);
  std::vector<std::string> faults;
  absl::StatusCode code = absl::StatusCode::kOk;
  for (const ModelVersionId& id : VersionsToLoad(disk, wanted, attempts_)) {
    const absl::Status status = LoadOne(id, disk.at(id));
    if (status.ok()) continue;
    code = status.code();
    faults.emplace_back(status.message());
  }
  // Only now: what is to go has served until its successor was there.
  for (const ModelVersionId& id : VersionsToUnload(wanted, attempts_)) UnloadOne(id);
  Reindex(disk);
  return absl::Status(code, absl::StrJoin(faults, "\n"));
}

absl::Status ModelRepository::LoadOne(const ModelVersionId& id, const VersionFolder& folder) {
  absl::StatusOr<std::shared_ptr<const ServedModel>> loaded = loader_.Load(id, folder.path);
  absl::Status outcome = loaded.status();
  Attempt& attempt = attempts_[id];
  attempt.fingerprint = folder.fingerprint;
  if (loaded.ok()) {
    attempt.loaded = true;
    catalog_.Set(std::make_shared<const ModelCatalog>(catalog_.Get()->With(*std::move(loaded))));
  }
  {
    absl::MutexLock lock(&index_mutex_);
    index_[id] = {.id = id,
                  .state = attempt.loaded ? State::kReady : State::kUnavailable,
                  .reason = std::string(outcome.message())};
  }
  listener_(id, outcome, *catalog_.Get());
  return outcome;
}

void ModelRepository::UnloadOne(const ModelVersionId& id) {
  attempts_.erase(id);
  catalog_.Set(std::make_shared<const ModelCatalog>(catalog_.Get()->Without(id.model, id.version)));
  {
    absl::MutexLock lock(&index_mutex_);
    index_[id] = {.id = id, .state = State::kUnavailable, .reason = "unloaded"};
  }
  listener_(id, absl::CancelledError("unloaded"), *catalog_.Get());
}

void ModelRepository::Reindex(const RepositoryView& disk) {
  // By pointer, as Clang does not see that the lambda runs under the lock.
  const auto gone = [&disk, attempts = &attempts_](const ModelVersionId& id) {
    const auto attempt = attempts->find(id);
    return !disk.contains(id) && (attempt == attempts->end() || !attempt->second.loaded);
  };
  absl::MutexLock lock(&index_mutex_);
  std::erase_if(index_, [&](const auto& entry) { return gone(entry.first); });
  std::erase_if(attempts_, [&](const auto& entry) { return gone(entry.first); });
  for (const auto& [id, folder] : disk) {
    index_.try_emplace(id, Entry{.id = id, .state = State::kUnavailable, .reason = kNotSelected});
  }
}

std::vector<ModelRepository::Entry> ModelRepository::Index() const {
  absl::MutexLock lock(&index_mutex_);
  std::vector<Entry> entries;
  for (const auto& [id, entry] : index_) entries.push_back(entry);
  return entries;
}

}  // namespace serin::model_server
