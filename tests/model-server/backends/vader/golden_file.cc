#include "tests/model-server/backends/vader/golden_file.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "model-server/backends/vader/emoji_lexicon.h"
#include "model-server/backends/vader/lexicon.h"

namespace serin::model_server {
namespace {

[[noreturn]] void Fail(const std::string& path, const std::string& problem) {
  std::cerr << path << ": " << problem << "; run models/prepare\n";
  std::exit(1);
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail(path, "cannot be read");
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

}  // namespace

std::vector<Golden> ReadGoldens(const std::string& name) {
  const std::string path = ".data/goldens/" + name;
  const std::string content = ReadAll(path);
  std::vector<Golden> goldens;
  for (size_t at = 0; at < content.size();) {
    const size_t separator = content.find('\0', at);
    const size_t end = content.find('\n', separator);
    if (end == std::string::npos) Fail(path, "a golden is cut off");
    Golden golden{content.substr(at, separator - at), {}};
    VaderScores& scores = golden.scores;
    const std::string numbers = content.substr(separator + 1, end - separator - 1);
    if (std::sscanf(numbers.c_str(), "%lf %lf %lf %lf", &scores.neg, &scores.neu, &scores.pos,
                    &scores.compound) != 4) {
      Fail(path, "expected four numbers, got \"" + numbers + "\"");
    }
    goldens.push_back(std::move(golden));
    at = end + 1;
  }
  return goldens;
}

VaderScorer LoadScorer(const std::string& dialect) {
  const std::string path = ".data/lexicon/vader_lexicon.txt";
  const std::string emoji_path = ".data/lexicon/emoji_utf8_lexicon.txt";
  const auto lexicon = ParseLexicon(ReadAll(path));
  if (!lexicon.ok()) Fail(path, lexicon.status().ToString());
  auto emojis = EmojiLexicon::Parse(ReadAll(emoji_path));
  if (!emojis.ok()) Fail(emoji_path, emojis.status().ToString());
  auto scorer = dialect == "nltk" ? VaderScorer::Create(*lexicon)
                                  : VaderScorer::Create(*lexicon, *std::move(emojis));
  if (!scorer.ok()) Fail(path, scorer.status().ToString());
  return *std::move(scorer);
}

}  // namespace serin::model_server
