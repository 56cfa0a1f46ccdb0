#include "model-server/backends/model_factory.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "model-server/backends/fasttext/fasttext_model.h"
#include "model-server/backends/vader/vader_model.h"

namespace serin::model_server {

namespace {

absl::StatusOr<std::unique_ptr<VaderModel>> MakeVader(const ModelSpec& spec) {
  if (spec.dialect == "nltk") return VaderModel::Create(spec.files[0]);
  if (spec.dialect != "vadersentiment") {
    return absl::InvalidArgumentError(
        absl::StrCat("dialect: expected nltk or vadersentiment, got \"", spec.dialect, "\""));
  }
  if (spec.files.size() < 2) {
    return absl::InvalidArgumentError(
        "files: expected the lexicon and the emoji lexicon for the dialect vadersentiment, got 1 "
        "file");
  }
  return VaderModel::CreateVaderSentiment(spec.files[0], spec.files[1]);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Model>> MakeModel(const ModelSpec& spec) {
  if (spec.backend == "vader") {
    SERIN_ASSIGN_OR_RETURN(std::unique_ptr<VaderModel> model, MakeVader(spec));
    return std::shared_ptr<const Model>(std::move(model));
  }
  if (spec.backend == "fasttext") {
    SERIN_ASSIGN_OR_RETURN(std::unique_ptr<FastTextModel> model,
                           FastTextModel::Create(spec.files[0]));
    return std::shared_ptr<const Model>(std::move(model));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("backend: expected vader or fasttext, got \"", spec.backend, "\""));
}

}  // namespace serin::model_server
