#include "model-server/backends/model_factory.h"

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "model-server/backends/fasttext/fasttext_model.h"
#include "model-server/backends/vader/vader_model.h"

namespace serin::model_server {

absl::StatusOr<std::shared_ptr<const Model>> LoadModel(const std::string& backend,
                                                       const std::string& path) {
  if (backend == "vader") {
    const std::filesystem::path given(path);
    const auto lexicon = is_directory(given) ? given / "vader_lexicon.txt" : given;
    SERIN_ASSIGN_OR_RETURN(std::unique_ptr<VaderModel> model, VaderModel::Load(lexicon.string()));
    return std::shared_ptr<const Model>(std::move(model));
  }
  if (backend == "fasttext") {
    SERIN_ASSIGN_OR_RETURN(std::unique_ptr<FastTextModel> model, FastTextModel::Load(path));
    return std::shared_ptr<const Model>(std::move(model));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("backend: expected vader or fasttext, got \"", backend, "\""));
}

absl::Status WarmUp(const Model& model) {
  constexpr std::array<std::string_view, 3> kTexts = {
      "VADER is smart, handsome, and funny!", "Today only kinda sux! But I'll get by, lol",
      "the plot was good, but the characters are uncompelling and the dialog is not great."};
  for (const std::string_view text : kTexts) {
    SERIN_RETURN_IF_ERROR(model.Score(text).status());
  }
  return absl::OkStatus();
}

}  // namespace serin::model_server
