// Times both models over every rated text on one core:
//   serin-bench-scoring [passes, 20 if not given]
// Prints the time to load, the best and the median pass in microseconds of processor time a text,
// and what the model adds to the process's resident memory.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model-server/backends/fasttext/fasttext_model.h"
#include "model-server/backends/vader/vader_model.h"
#include "models/corpus.h"

namespace serin {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

double ResidentMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

// The processor time of this thread: other processes on the machine count less in it.
double CpuMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Microseconds a text of each pass, sorted.
std::vector<double> TimePasses(const model_server::Model& model,
                               const std::vector<models::LabelledText>& texts, int passes) {
  std::vector<double> times;
  double sum = 0;
  for (int pass = 0; pass < passes; ++pass) {
    const double start = CpuMicroseconds();
    for (const models::LabelledText& text : texts) sum += model.Score(text.text)->compound;
    times.push_back((CpuMicroseconds() - start) / static_cast<double>(texts.size()));
  }
  std::sort(times.begin(), times.end());
  if (sum == 0) std::cerr << "no text has a sentiment\n";
  return times;
}

template <typename LoadedModel>
int Measure(const char* name, const std::string& path,
            const std::vector<models::LabelledText>& texts, int passes) {
  const double before = ResidentMegabytes();
  const auto start = steady_clock::now();
  const auto model = LoadedModel::Load(path);
  const duration<double, std::milli> load = steady_clock::now() - start;
  if (!model.ok()) {
    std::cerr << model.status() << "; run models/prepare\n";
    return 1;
  }
  const double added = ResidentMegabytes() - before;
  const std::vector<double> times = TimePasses(**model, texts, passes);
  std::printf("%s: loaded in %.1f ms, %.1f MB; best %.2f, median %.2f us a text\n", name,
              load.count(), added, times.front(), times[times.size() / 2]);
  return 0;
}

int Run(int passes) {
  const auto texts = models::ReadCorpus(".data/texts/rated_texts.tsv");
  if (!texts.ok()) {
    std::cerr << texts.status() << '\n';
    return 1;
  }
  std::printf("%zu rated texts, %d passes\n", texts->size(), passes);
  return Measure<model_server::VaderModel>("v1", ".data/lexicon/vader_lexicon.txt", *texts,
                                           passes) |
         Measure<model_server::FastTextModel>("v2", ".data/models/v2.bin", *texts, passes);
}

}  // namespace
}  // namespace serin

int main(int argc, char** argv) {
  return serin::Run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 20);
}
