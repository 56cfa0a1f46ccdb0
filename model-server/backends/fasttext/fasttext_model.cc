#include "model-server/backends/fasttext/fasttext_model.h"

#include <fasttext/fasttext.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <streambuf>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "model-server/backends/fasttext/model_file.h"
#include "model-server/backends/fasttext/ngram_classifier.h"
#include "model-server/backends/fasttext/text_features.h"
#include "model-server/backends/read_content.h"
#include "model-server/backends/vader/lexicon.h"

namespace serin::model_server {
namespace {

using Shares = std::array<double, 3>;

constexpr std::array kLabels = {Label::kNegative, Label::kNeutral, Label::kPositive};

// Reads a string in place, where std::istringstream would copy it.
class StringBuffer : public std::streambuf {
 public:
  explicit StringBuffer(std::string_view content) {
    auto* const begin = const_cast<char*>(content.data());  // nothing is ever put
    setg(begin, begin, begin + content.size());
  }
};

// fastText numbers its labels by how often they were seen; ours are in the order of kLabels.
absl::StatusOr<std::vector<Label>> LabelsOf(const fasttext::Dictionary& dictionary) {
  std::vector<Label> labels;
  for (int32_t id = 0; id < dictionary.nlabels(); ++id) {
    const std::string name = dictionary.getLabel(id);
    const auto* found = std::find_if(kLabels.begin(), kLabels.end(), [&name](Label label) {
      return name == absl::StrCat("__label__", std::string(LabelName(label)));
    });
    if (found == kLabels.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected the labels negative, neutral and positive, got ", name));
    }
    labels.push_back(*found);
  }
  if (labels.size() != kLabels.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected the labels negative, neutral and positive, got ", labels.size(), " labels"));
  }
  return labels;
}

// What precedes a classifier in its file. fastText checks it only when it opens the file itself.
constexpr std::array<int32_t, 2> kSignature = {793712314, 12};

absl::Status ReadClassifier(std::istream& in, fasttext::FastText& classifier) {
  std::array<int32_t, 2> signature{};
  in.read(reinterpret_cast<char*>(signature.data()), sizeof signature);
  if (!in || signature != kSignature) {
    return absl::InvalidArgumentError("expected a classifier in fastText's format 12");
  }
  try {
    classifier.loadModel(in);
  } catch (const std::exception& e) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a fastText classifier, got: ", e.what()));
  }
  if (!in) return absl::InvalidArgumentError("expected a whole fastText classifier, it is cut off");
  return absl::OkStatus();
}

}  // namespace

struct FastTextModel::Loaded {
  TextFeatures features;
  NgramClassifier words{NgramView::kWords};
  NgramClassifier characters{NgramView::kCharacters};
  fasttext::FastText classifier;
  std::shared_ptr<const fasttext::Dictionary> dictionary;
  std::vector<Label> labels;  // by fastText's label id

  explicit Loaded(TextFeatures text_features) : features(std::move(text_features)) {}

  static absl::StatusOr<std::unique_ptr<const Loaded>> Read(std::istream& in);

  // fastText's probabilities of negative, neutral and positive; all 0 if it gives none.
  Shares Classify(std::string_view line) const;
};

absl::StatusOr<std::unique_ptr<const FastTextModel::Loaded>> FastTextModel::Loaded::Read(
    std::istream& in) {
  SERIN_ASSIGN_OR_RETURN(const std::string content, ReadModelHeader(in));
  SERIN_ASSIGN_OR_RETURN(const std::vector<LexiconEntry> lexicon, ParseLexicon(content));
  SERIN_ASSIGN_OR_RETURN(VaderScorer scorer, VaderScorer::Create(lexicon));
  auto loaded = std::make_unique<Loaded>(TextFeatures(std::move(scorer)));
  SERIN_RETURN_IF_ERROR(loaded->words.Read(in));
  SERIN_RETURN_IF_ERROR(loaded->characters.Read(in));
  SERIN_RETURN_IF_ERROR(ReadClassifier(in, loaded->classifier));
  loaded->dictionary = loaded->classifier.getDictionary();
  SERIN_ASSIGN_OR_RETURN(loaded->labels, LabelsOf(*loaded->dictionary));
  return loaded;
}

FastTextModel::FastTextModel(std::unique_ptr<const Loaded> loaded) : loaded_(std::move(loaded)) {}
FastTextModel::~FastTextModel() = default;

absl::StatusOr<std::unique_ptr<FastTextModel>> FastTextModel::Load(const std::string& path) {
  SERIN_ASSIGN_OR_RETURN(const FileContent file, ReadContent(path));
  return Create(file);
}

absl::StatusOr<std::unique_ptr<FastTextModel>> FastTextModel::Create(const FileContent& file) {
  StringBuffer buffer(file.bytes);
  std::istream in(&buffer);
  absl::StatusOr<std::unique_ptr<const Loaded>> loaded = Loaded::Read(in);
  if (!loaded.ok()) {
    return absl::Status(loaded.status().code(),
                        absl::StrCat(file.path, ": ", loaded.status().message()));
  }
  return std::unique_ptr<FastTextModel>(new FastTextModel(*std::move(loaded)));
}

Shares FastTextModel::Loaded::Classify(std::string_view line) const {
  StringBuffer buffer(line);
  std::istream in(&buffer);
  std::vector<int32_t> ids;
  std::vector<int32_t> unused_labels;
  dictionary->getLine(in, ids, unused_labels);
  fasttext::Predictions predictions;
  classifier.predict(static_cast<int32_t>(kLabels.size()), ids, predictions);
  Shares shares{};
  double total = 0;
  for (const auto& [log_probability, id] : predictions) {
    // fastText adds 1e-5 to each probability before it takes the logarithm, hence the total.
    const double share = std::exp(static_cast<double>(log_probability));
    shares[static_cast<size_t>(labels[id])] = share;
    total += share;
  }
  if (total <= 0) return {};
  for (double& share : shares) share /= total;
  return shares;
}

absl::StatusOr<Sentiment> FastTextModel::Score(std::string_view text) const {
  std::string line = loaded_->features.LineOf(text);
  const Shares words = loaded_->words.Probabilities(line);
  const Shares characters = loaded_->characters.Probabilities(text);
  Shares shares = loaded_->Classify(line);
  if (shares == Shares{}) return absl::InternalError("fastText gave no prediction");
  // The weights were found on the training part alone.
  for (size_t k = 0; k < shares.size(); ++k) {
    shares[k] = (shares[k] + 4 * words[k] + 4 * characters[k]) / 9;
  }
  const auto best = std::max_element(shares.begin(), shares.end()) - shares.begin();
  return Sentiment{.neg = shares[0],
                   .neu = shares[1],
                   .pos = shares[2],
                   .compound = shares[2] - shares[0],
                   .label = kLabels[best]};
}

}  // namespace serin::model_server
