#include "model-server/backends/model_factory.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "model-server/backends/fasttext/fasttext_model.h"
#include "model-server/backends/vader/vader_model.h"

namespace serin::model_server {

absl::StatusOr<std::shared_ptr<const Model>> LoadModel(const std::string& backend,
                                                       const std::string& path) {
  if (backend == "vader") {
    SERIN_ASSIGN_OR_RETURN(std::unique_ptr<VaderModel> model, VaderModel::Load(path));
    return std::shared_ptr<const Model>(std::move(model));
  }
  if (backend == "fasttext") {
    SERIN_ASSIGN_OR_RETURN(std::unique_ptr<FastTextModel> model, FastTextModel::Load(path));
    return std::shared_ptr<const Model>(std::move(model));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("backend: expected vader or fasttext, got \"", backend, "\""));
}

}  // namespace serin::model_server
