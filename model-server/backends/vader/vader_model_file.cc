// Making a VaderModel of its files.
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "model-server/backends/read_content.h"
#include "model-server/backends/vader/emoji_lexicon.h"
#include "model-server/backends/vader/lexicon.h"
#include "model-server/backends/vader/vader_model.h"

namespace serin::model_server {
namespace {

absl::Status InFile(const FileContent& file, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(file.path, ": ", status.message()));
}

absl::StatusOr<std::vector<LexiconEntry>> LexiconOf(const FileContent& file) {
  absl::StatusOr<std::vector<LexiconEntry>> lexicon = ParseLexicon(file.bytes);
  if (!lexicon.ok()) return InFile(file, lexicon.status());
  return lexicon;
}

absl::StatusOr<std::unique_ptr<VaderModel>> MakeModel(const FileContent& lexicon,
                                                      absl::StatusOr<VaderScorer> scorer) {
  if (!scorer.ok()) return InFile(lexicon, scorer.status());
  return std::make_unique<VaderModel>(*std::move(scorer));
}

}  // namespace

absl::StatusOr<std::unique_ptr<VaderModel>> VaderModel::Create(const FileContent& lexicon) {
  SERIN_ASSIGN_OR_RETURN(const auto entries, LexiconOf(lexicon));
  return MakeModel(lexicon, VaderScorer::Create(entries));
}

absl::StatusOr<std::unique_ptr<VaderModel>> VaderModel::CreateVaderSentiment(
    const FileContent& lexicon, const FileContent& emojis) {
  SERIN_ASSIGN_OR_RETURN(const auto entries, LexiconOf(lexicon));
  absl::StatusOr<EmojiLexicon> descriptions = EmojiLexicon::Parse(emojis.bytes);
  if (!descriptions.ok()) return InFile(emojis, descriptions.status());
  return MakeModel(lexicon, VaderScorer::Create(entries, *std::move(descriptions)));
}

absl::StatusOr<std::unique_ptr<VaderModel>> VaderModel::Load(const std::string& lexicon_path) {
  SERIN_ASSIGN_OR_RETURN(const FileContent lexicon, ReadContent(lexicon_path));
  return Create(lexicon);
}

absl::StatusOr<std::unique_ptr<VaderModel>> VaderModel::LoadVaderSentiment(
    const std::string& lexicon_path, const std::string& emoji_path) {
  SERIN_ASSIGN_OR_RETURN(const FileContent lexicon, ReadContent(lexicon_path));
  SERIN_ASSIGN_OR_RETURN(const FileContent emojis, ReadContent(emoji_path));
  return CreateVaderSentiment(lexicon, emojis);
}

}  // namespace serin::model_server
