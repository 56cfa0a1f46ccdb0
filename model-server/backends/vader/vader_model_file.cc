// Reading a VaderModel from its file: the only part of it that is not pure.
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "model-server/backends/vader/lexicon.h"
#include "model-server/backends/vader/vader_model.h"

namespace serin::model_server {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  if (!file || !content) {
    return absl::NotFoundError(absl::StrCat(path, ": expected a readable lexicon file"));
  }
  return std::move(content).str();
}

absl::Status InFile(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<VaderModel>> VaderModel::Load(const std::string& lexicon_path) {
  SERIN_ASSIGN_OR_RETURN(std::string content, ReadFile(lexicon_path));
  const absl::StatusOr<std::vector<LexiconEntry>> lexicon = ParseLexicon(content);
  if (!lexicon.ok()) return InFile(lexicon_path, lexicon.status());
  absl::StatusOr<VaderScorer> scorer = VaderScorer::Create(*lexicon);
  if (!scorer.ok()) return InFile(lexicon_path, scorer.status());
  return std::make_unique<VaderModel>(*std::move(scorer));
}

}  // namespace serin::model_server
