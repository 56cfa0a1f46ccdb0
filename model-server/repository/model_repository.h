#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/concurrency/snapshot.h"
#include "model-server/inference/model_catalog.h"
#include "model-server/repository/load_plan.h"
#include "model-server/repository/version_loader.h"

namespace serin::model_server {

// Keeps the catalog of served models equal to what a repository folder, the config's selection and
// the operators' wishes say. A version is loaded beside the serving ones and then swapped in; if
// that fails, what served before goes on serving.
//
// Thread-safe. Refresh, Load and Unload do their work on the calling thread, one at a time; none of
// them ever makes a request wait.
class ModelRepository {
 public:
  enum class State { kReady, kUnavailable };

  // A version the repository holds or serves.
  struct Entry {
    ModelVersionId id;
    State state;
    std::string reason;  // why it is unavailable, or why the newest files are not what serves
  };
  static constexpr char kNotSelected[] = "not selected";

  // Told after each attempt to load (OK or its error) and each unload (CANCELLED).
  using Listener = std::function<void(const ModelVersionId& id, const absl::Status& outcome,
                                      const ModelCatalog& catalog)>;

  // Told when the folder could not be looked at for the first time, with the reason, and when it
  // can be again (OK). Nothing is loaded or unloaded meanwhile.
  using FolderListener = std::function<void(const absl::Status& outcome)>;

  // `loader` and `catalog` are not owned and must outlive the repository.
  ModelRepository(
      std::string root, Selection selection, VersionLoader& loader, Snapshot<ModelCatalog>& catalog,
      Listener listener, FolderListener folder_listener = [](const absl::Status&) {});

  // Looks at the disk and does what is due. Error: the faults of everything that failed, a line
  // each; what could be done was done.
  absl::Status Refresh();

  // Refresh() at a start, where what the selection names must be there, too (NOT_FOUND).
  absl::Status RefreshAll();

  // Loads one version, even when the policy would not, and again when it is loaded already. An
  // empty `version` means those the policy and former calls say, whatever was unloaded, and the
  // newest when these say none. Errors: NOT_FOUND, or the loader's.
  absl::Status Load(const std::string& model, const std::string& version);

  // Stops serving it until Load() is asked for. Error: NOT_FOUND if it is not loaded.
  absl::Status Unload(const std::string& model, const std::string& version);

  // By model and version.
  std::vector<Entry> Index() const;

 private:
  absl::StatusOr<RepositoryView> Look() ABSL_EXCLUSIVE_LOCKS_REQUIRED(operation_mutex_);
  // Notes the wish and returns the versions it is about; none if the disk has none.
  std::set<ModelVersionId> WishToLoad(const RepositoryView& disk, const std::string& model,
                                      const std::string& version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(operation_mutex_);
  absl::Status Reconcile(const RepositoryView& disk)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(operation_mutex_);
  absl::Status LoadOne(const ModelVersionId& id, const VersionFolder& folder)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(operation_mutex_);
  // Brings into the index what is on the disk only, and out of it what is on it no more.
  void Reindex(const RepositoryView& disk) ABSL_EXCLUSIVE_LOCKS_REQUIRED(operation_mutex_);
  void UnloadOne(const ModelVersionId& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(operation_mutex_);

  const std::string root_;
  const Selection selection_;
  VersionLoader& loader_;
  Snapshot<ModelCatalog>& catalog_;
  const Listener listener_;
  const FolderListener folder_listener_;

  // Held for a whole operation, loading included.
  mutable absl::Mutex operation_mutex_;
  Wishes wishes_ ABSL_GUARDED_BY(operation_mutex_);
  Attempts attempts_ ABSL_GUARDED_BY(operation_mutex_);
  bool seen_ ABSL_GUARDED_BY(operation_mutex_) = true;  // the folder, at the last look

  // Held for moments only, so that Index() never waits for a load.
  mutable absl::Mutex index_mutex_;
  std::map<ModelVersionId, Entry> index_ ABSL_GUARDED_BY(index_mutex_);
};

}  // namespace serin::model_server
