// Prints the tables of docs/models.md: both models on the texts neither was trained on.
//   serin-evaluate-models [data folder, .data if not given]
#include <iostream>
#include <memory>
#include <string>

#include "common/status/status_macros.h"
#include "model-server/backends/fasttext/fasttext_model.h"
#include "model-server/backends/vader/vader_model.h"
#include "models/evaluation.h"

namespace serin::models {
namespace {

absl::Status PrintReports(const std::string& data) {
  SERIN_ASSIGN_OR_RETURN(const auto v1,
                         model_server::VaderModel::Load(data + "/lexicon/vader_lexicon.txt"));
  SERIN_ASSIGN_OR_RETURN(const auto v2, model_server::FastTextModel::Load(data + "/models/v2.bin"));
  SERIN_ASSIGN_OR_RETURN(const auto rated, TestTexts(data + "/texts/rated_texts.tsv"));
  SERIN_ASSIGN_OR_RETURN(const auto tweets, TestTexts(data + "/texts/labelled_tweets.tsv"));
  std::cout << Report("v1, four domains", *v1, rated) << '\n'
            << Report("v2, four domains", *v2, rated) << '\n'
            << Report("v1, labelled tweets", *v1, tweets) << '\n'
            << Report("v2, labelled tweets", *v2, tweets) << '\n'
            << CalibrationReport("Calibration of v2, four domains", Calibrate(*v2, rated)) << '\n'
            << CalibrationReport("Calibration of v2, labelled tweets", Calibrate(*v2, tweets));
  return absl::OkStatus();
}

}  // namespace
}  // namespace serin::models

int main(int argc, char** argv) {
  const absl::Status status = serin::models::PrintReports(argc > 1 ? argv[1] : ".data");
  if (!status.ok()) std::cerr << status << '\n';
  return status.ok() ? 0 : 1;
}
