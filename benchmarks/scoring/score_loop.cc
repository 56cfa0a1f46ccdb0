// Our side of benchmarks/scoring/run, in the shape of its peers:
//   serin-score-loop <nltk|vadersentiment|fasttext> <file of texts> <passes>
// Scores every line of the file as often as told and prints the sum of the compounds of one pass.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model-server/backends/fasttext/fasttext_model.h"
#include "model-server/backends/vader/vader_model.h"

namespace serin {
namespace {

using model_server::FastTextModel;
using model_server::Model;
using model_server::VaderModel;

constexpr char kLexicon[] = ".data/lexicon/vader_lexicon.txt";
constexpr char kEmojis[] = ".data/lexicon/emoji_utf8_lexicon.txt";

template <typename Loaded>
std::unique_ptr<Model> OrExit(absl::StatusOr<std::unique_ptr<Loaded>> model) {
  if (model.ok()) return *std::move(model);
  std::cerr << model.status() << "; run models/prepare\n";
  std::exit(1);
}

std::unique_ptr<Model> LoadNamed(const std::string& name) {
  if (name == "nltk") return OrExit(VaderModel::Load(kLexicon));
  if (name == "vadersentiment") return OrExit(VaderModel::LoadVaderSentiment(kLexicon, kEmojis));
  if (name == "fasttext") return OrExit(FastTextModel::Load(".data/models/v2.bin"));
  std::cerr << "expected nltk, vadersentiment or fasttext, got '" << name << "'\n";
  std::exit(64);
}

int Run(const std::string& name, const std::string& path, int passes) {
  const std::unique_ptr<Model> model = LoadNamed(name);
  std::vector<std::string> texts;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) texts.push_back(line);
  double sum = 0;
  for (int pass = 0; pass < passes; ++pass) {
    sum = 0;
    for (const std::string& text : texts) sum += model->Score(text)->compound;
  }
  std::printf("%.3f\n", sum);
  return 0;
}

}  // namespace
}  // namespace serin

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: serin-score-loop <nltk|vadersentiment|fasttext> <texts> <passes>\n";
    return 64;
  }
  return serin::Run(argv[1], argv[2], std::atoi(argv[3]));
}
