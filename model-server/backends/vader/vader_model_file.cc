// Reading a VaderModel from its file: the only part of it that is not pure.
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "model-server/backends/vader/emoji_lexicon.h"
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

absl::StatusOr<std::vector<LexiconEntry>> ReadLexicon(const std::string& path) {
  SERIN_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  absl::StatusOr<std::vector<LexiconEntry>> lexicon = ParseLexicon(content);
  if (!lexicon.ok()) return InFile(path, lexicon.status());
  return lexicon;
}

absl::StatusOr<std::unique_ptr<VaderModel>> MakeModel(const std::string& lexicon_path,
                                                      absl::StatusOr<VaderScorer> scorer) {
  if (!scorer.ok()) return InFile(lexicon_path, scorer.status());
  return std::make_unique<VaderModel>(*std::move(scorer));
}

}  // namespace

absl::StatusOr<std::unique_ptr<VaderModel>> VaderModel::Load(const std::string& lexicon_path) {
  SERIN_ASSIGN_OR_RETURN(const auto lexicon, ReadLexicon(lexicon_path));
  return MakeModel(lexicon_path, VaderScorer::Create(lexicon));
}

absl::StatusOr<std::unique_ptr<VaderModel>> VaderModel::LoadVaderSentiment(
    const std::string& lexicon_path, const std::string& emoji_path) {
  SERIN_ASSIGN_OR_RETURN(const auto lexicon, ReadLexicon(lexicon_path));
  SERIN_ASSIGN_OR_RETURN(const std::string content, ReadFile(emoji_path));
  absl::StatusOr<EmojiLexicon> emojis = EmojiLexicon::Parse(content);
  if (!emojis.ok()) return InFile(emoji_path, emojis.status());
  return MakeModel(lexicon_path, VaderScorer::Create(lexicon, *std::move(emojis)));
}

}  // namespace serin::model_server
