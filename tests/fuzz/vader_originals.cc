#include "tests/fuzz/vader_originals.h"

#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "common/status/check.h"

namespace serin::model_server {
namespace {

// From the repository's root, where fuzzers run.
constexpr char kProgram[] = "tests/fuzz/vader_originals.py";

}  // namespace

VaderOriginals::VaderOriginals() {
  std::array<int, 2> texts{};
  std::array<int, 2> answers{};
  SERIN_CHECK(pipe(texts.data()) == 0 && pipe(answers.data()) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, texts[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, answers[1], STDOUT_FILENO);
  // Else it would never see that this process has ended.
  posix_spawn_file_actions_addclose(&actions, texts[1]);
  std::array<char*, 2> arguments = {const_cast<char*>(kProgram), nullptr};
  pid_t child = 0;
  SERIN_CHECK(posix_spawn(&child, kProgram, &actions, nullptr, arguments.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  close(texts[0]);
  close(answers[1]);
  to_ = fdopen(texts[1], "wb");
  from_ = fdopen(answers[0], "rb");
}

VaderOriginals::~VaderOriginals() {
  std::fclose(to_);
  std::fclose(from_);
}

VaderOriginals::Scores VaderOriginals::Score(std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  std::fwrite(&size, sizeof(size), 1, to_);
  std::fwrite(text.data(), 1, text.size(), to_);
  std::fflush(to_);
  std::array<char, 512> line{};
  // libFuzzer's timer interrupts; a line comes whole, as it fits into a pipe.
  while (std::fgets(line.data(), line.size(), from_) == nullptr) {
    SERIN_CHECK(std::ferror(from_) != 0 && errno == EINTR);
    std::clearerr(from_);
  }
  Scores scores{};
  VaderScores& nltk = scores.nltk;
  VaderScores& other = scores.vader_sentiment;
  const int read =
      std::sscanf(line.data(), "%lf %lf %lf %lf %lf %lf %lf %lf", &nltk.neg, &nltk.neu, &nltk.pos,
                  &nltk.compound, &other.neg, &other.neu, &other.pos, &other.compound);
  if (read != 8) std::fprintf(stderr, "the originals: %s", line.data());
  SERIN_CHECK(read == 8);
  return scores;
}

}  // namespace serin::model_server
