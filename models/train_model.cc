// Trains v2 from the training parts of both corpora: serin-train-model <data folder> <model file>
//
// The same inputs give the same bytes: one thread, a fixed seed, and an order of the texts that
// depends on their hashes alone (fastText takes them as they come, and sorted texts would teach it
// the last domain only).
#include <fasttext/fasttext.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/hashing/stable_hash.h"
#include "common/status/status_macros.h"
#include "model-server/backends/fasttext/model_file.h"
#include "model-server/backends/fasttext/text_features.h"
#include "model-server/backends/vader/lexicon.h"
#include "model-server/backends/vader/vader_scorer.h"
#include "models/corpus.h"
#include "models/ngram_training.h"

namespace serin::models {
namespace {

namespace fs = std::filesystem;
using model_server::NgramClassifier;
using model_server::NgramView;

// Found on the training part alone, by holding out one of its four parts in turn.
fasttext::Args Settings(const fs::path& training_file) {
  fasttext::Args args;
  args.model = fasttext::model_name::sup;
  args.loss = fasttext::loss_name::softmax;
  args.input = training_file.string();
  args.wordNgrams = 2;
  args.bucket = 200'000;
  args.dim = 10;
  args.minCount = 1;
  args.minn = 0;
  args.maxn = 0;
  args.lr = 0.2;
  args.epoch = 5;
  args.thread = 1;
  args.seed = 1;
  args.verbose = 0;
  return args;
}

constexpr NgramSettings kWordSettings{.least_texts = 1, .epochs = 6, .rate = 0.6};
constexpr NgramSettings kCharacterSettings{.least_texts = 3, .epochs = 8, .rate = 0.6};

std::vector<NgramExample> PlainExamples(const std::vector<LabelledText>& texts) {
  std::vector<NgramExample> examples;
  for (const LabelledText& text : texts) examples.push_back({text.text, text.label});
  return examples;
}

absl::StatusOr<std::vector<LabelledText>> TrainingTexts(const fs::path& data) {
  std::vector<LabelledText> texts;
  for (const char* name : {"rated_texts", "labelled_tweets"}) {
    const fs::path path = data / "texts" / (std::string(name) + ".tsv");
    SERIN_ASSIGN_OR_RETURN(std::vector<LabelledText> rows, ReadCorpus(path.string()));
    for (LabelledText& row : rows) {
      if (!IsForTesting(row.text)) texts.push_back(std::move(row));
    }
  }
  constexpr uint64_t kShuffle = 1;
  std::stable_sort(texts.begin(), texts.end(), [](const LabelledText& a, const LabelledText& b) {
    return StableHash(a.text, kShuffle) < StableHash(b.text, kShuffle);
  });
  return texts;
}

absl::StatusOr<std::string> ReadLexicon(const fs::path& data) {
  std::ifstream in(data / "lexicon/vader_lexicon.txt", std::ios::binary);
  std::ostringstream content;
  if (in) content << in.rdbuf();
  if (!in) return absl::NotFoundError("the lexicon is missing; run models/prepare");
  return std::move(content).str();
}

// The texts as lines of features.
absl::StatusOr<std::vector<NgramExample>> LinesOf(const std::vector<LabelledText>& texts,
                                                  const std::string& lexicon) {
  SERIN_ASSIGN_OR_RETURN(const auto entries, model_server::ParseLexicon(lexicon));
  SERIN_ASSIGN_OR_RETURN(auto scorer, model_server::VaderScorer::Create(entries));
  const model_server::TextFeatures features(std::move(scorer));
  std::vector<NgramExample> lines;
  for (const LabelledText& text : texts) lines.push_back({features.LineOf(text.text), text.label});
  return lines;
}

absl::Status WriteTrainingFile(const std::vector<NgramExample>& lines, const fs::path& path) {
  std::ofstream out(path, std::ios::binary);
  for (const NgramExample& line : lines) {
    out << "__label__" << model_server::LabelName(line.label) << ' ' << line.text;
  }
  if (!out.flush()) return absl::InternalError(absl::StrCat("cannot write ", path.string()));
  return absl::OkStatus();
}

// Puts all parts together, under the final name only when whole.
absl::Status WriteModel(const std::string& lexicon, const std::vector<NgramClassifier>& ngrams,
                        const fs::path& classifier, const fs::path& path) {
  const fs::path unfinished = path.string() + ".unfinished";
  std::ofstream out(unfinished, std::ios::binary);
  model_server::WriteModelHeader(lexicon, out);
  for (const NgramClassifier& part : ngrams) part.Write(out);
  out << std::ifstream(classifier, std::ios::binary).rdbuf();
  if (!out.flush()) return absl::InternalError(absl::StrCat("cannot write ", unfinished.string()));
  fs::rename(unfinished, path);
  return absl::OkStatus();
}

absl::Status Train(const fs::path& data, const fs::path& model_file) {
  SERIN_ASSIGN_OR_RETURN(const std::vector<LabelledText> texts, TrainingTexts(data));
  SERIN_ASSIGN_OR_RETURN(const std::string lexicon, ReadLexicon(data));
  fs::create_directories(model_file.parent_path());
  const fs::path training_file = model_file.string() + ".training";
  const fs::path classifier_file = model_file.string() + ".classifier";
  SERIN_ASSIGN_OR_RETURN(const std::vector<NgramExample> lines, LinesOf(texts, lexicon));
  SERIN_RETURN_IF_ERROR(WriteTrainingFile(lines, training_file));
  fasttext::FastText classifier;
  classifier.train(Settings(training_file));
  classifier.saveModel(classifier_file.string());
  const std::vector<NgramClassifier> ngrams = {
      TrainNgrams(NgramView::kWords, lines, kWordSettings),
      TrainNgrams(NgramView::kCharacters, PlainExamples(texts), kCharacterSettings)};
  SERIN_RETURN_IF_ERROR(WriteModel(lexicon, ngrams, classifier_file, model_file));
  fs::remove(training_file);
  fs::remove(classifier_file);
  std::cout << "models: trained v2 on " << texts.size() << " texts\n";
  return absl::OkStatus();
}

}  // namespace
}  // namespace serin::models

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: serin-train-model <data folder> <model file>\n";
    return 64;
  }
  const absl::Status status = serin::models::Train(argv[1], argv[2]);
  if (!status.ok()) std::cerr << status << '\n';
  return status.ok() ? 0 : 1;
}
