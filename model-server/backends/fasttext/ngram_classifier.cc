#include "model-server/backends/fasttext/ngram_classifier.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "absl/strings/ascii.h"

namespace serin::model_server {
namespace {

// Finalizer of MurmurHash3: every bit of the result depends on every bit of `hash`.
uint32_t Mixed(uint32_t hash) {
  hash = (hash ^ hash >> 16) * 0x85EBCA6BU;
  hash = (hash ^ hash >> 13) * 0xC2B2AE35U;
  return hash ^ hash >> 16;
}

// FNV-1a, one byte at a time.
uint32_t Extended(uint32_t hash, char byte) {
  return (hash ^ static_cast<uint8_t>(byte)) * 16777619U;
}
constexpr uint32_t kEmpty = 2166136261U;

uint32_t WordHash(std::string_view word) {
  uint32_t hash = kEmpty;
  for (char byte : word) hash = Extended(hash, byte);
  return Mixed(hash);
}

void AppendOfWord(std::string_view word, std::vector<uint32_t>& hashes) {
  constexpr size_t kShortest = 3;
  constexpr size_t kLongest = 7;
  const size_t edged = word.size() + 2;
  const auto byte_at = [&](size_t i) { return i == 0 || i == edged - 1 ? ' ' : word[i - 1]; };
  for (size_t begin = 0; begin + kShortest <= edged; ++begin) {
    uint32_t hash = Extended(Extended(kEmpty, byte_at(begin)), byte_at(begin + 1));
    for (size_t i = begin + kShortest - 1; i < std::min(begin + kLongest, edged); ++i) {
      hash = Extended(hash, byte_at(i));
      hashes.push_back(Mixed(hash));
    }
  }
}

}  // namespace

void AppendNgrams(NgramView view, std::string_view text, std::vector<uint32_t>& hashes) {
  uint32_t before = 0;
  while (!text.empty()) {
    const auto* end = std::find_if(text.begin(), text.end(), absl::ascii_isspace);
    const std::string_view word = text.substr(0, static_cast<size_t>(end - text.begin()));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty()) continue;
    if (view == NgramView::kCharacters) {
      AppendOfWord(word, hashes);
      continue;
    }
    const uint32_t hash = WordHash(word);
    hashes.push_back(hash);
    if (before != 0) hashes.push_back(Mixed(before * 31 + hash));
    before = hash;
  }
}

std::vector<uint32_t> NgramClassifier::BucketsOf(std::string_view text) const {
  std::vector<uint32_t> found;
  AppendNgrams(view_, text, found);
  for (uint32_t& hash : found) hash = BucketOf(hash);
  std::erase_if(found, [this](uint32_t bucket) { return buckets_[bucket].idf == 0; });
  return found;
}

double NgramClassifier::Norm(const std::vector<uint32_t>& buckets) const {
  double squares = 0;
  for (uint32_t bucket : buckets) {
    const double idf = buckets_[bucket].idf;
    squares += idf * idf;
  }
  return squares > 0 ? std::sqrt(squares) : 1;
}

std::array<double, NgramClassifier::kClasses> NgramClassifier::Probabilities(
    const std::vector<uint32_t>& buckets) const {
  std::array<double, kClasses> sums{};
  for (uint32_t bucket : buckets) {
    const Bucket& known = buckets_[bucket];
    for (size_t k = 0; k < kClasses; ++k) sums[k] += known.idf * known.weights[k];
  }
  const double norm = Norm(buckets);
  for (size_t k = 0; k < kClasses; ++k) sums[k] = sums[k] / norm + biases_[k];
  const double largest = *std::max_element(sums.begin(), sums.end());
  double total = 0;
  for (double& sum : sums) total += sum = std::exp(sum - largest);
  for (double& sum : sums) sum /= total;
  return sums;
}

std::array<double, NgramClassifier::kClasses> NgramClassifier::Probabilities(
    std::string_view text) const {
  return Probabilities(BucketsOf(text));
}

void NgramClassifier::Write(std::ostream& out) const {
  static_assert(std::endian::native == std::endian::little);
  out.write(reinterpret_cast<const char*>(biases_.data()), sizeof biases_);
  out.write(reinterpret_cast<const char*>(buckets_.data()),
            static_cast<std::streamsize>(buckets_.size() * sizeof(Bucket)));
}

absl::Status NgramClassifier::Read(std::istream& in) {
  in.read(reinterpret_cast<char*>(biases_.data()), sizeof biases_);
  in.read(reinterpret_cast<char*>(buckets_.data()),
          static_cast<std::streamsize>(buckets_.size() * sizeof(Bucket)));
  if (!in) return absl::InvalidArgumentError("expected whole tables of n-grams, they are cut off");
  const auto finite = [](const auto& numbers) {
    return std::all_of(numbers.begin(), numbers.end(), [](float x) { return std::isfinite(x); });
  };
  const bool sound = finite(biases_) && std::all_of(buckets_.begin(), buckets_.end(), [&](auto& b) {
                       return std::isfinite(b.idf) && finite(b.weights);
                     });
  if (!sound) return absl::InvalidArgumentError("expected finite weights of n-grams");
  return absl::OkStatus();
}

}  // namespace serin::model_server
