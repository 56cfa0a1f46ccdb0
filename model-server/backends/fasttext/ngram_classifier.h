#pragma once

#include <array>
#include <cstdint>
#include <istream>
#include <ostream>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace serin::model_server {

// What an NgramClassifier sees of a text.
enum class NgramView {
  kWords,       // tokens between blanks and pairs of neighbours
  kCharacters,  // three to seven neighbouring bytes of a token between white space and its two
                // edges
};

// Appends a hash for every n-gram of `text`, one that stands twice twice.
void AppendNgrams(NgramView view, std::string_view text, std::vector<uint32_t>& hashes);

// Multinomial logistic regression over hashed n-grams weighted by inverse document frequency
// (Spärck Jones 1972), the sum scaled by the root of the sum of squared weights, so that a long
// text counts no more than a short one. Classes are negative, neutral, positive.
//
// Thread-safety: const use of one object from several threads is safe.
class NgramClassifier {
 public:
  static constexpr size_t kClasses = 3;
  static constexpr int kBucketBits = 19;

  struct Bucket {
    float idf = 0;  // 0: too rare to count
    std::array<float, kClasses> weights{};
  };

  explicit NgramClassifier(NgramView view) : view_(view), buckets_(size_t{1} << kBucketBits) {}

  // Adds up to 1. Without any known n-gram the classes' biases decide.
  std::array<double, kClasses> Probabilities(std::string_view text) const;

  // The two above in steps, for training: indices of buckets that count, and what they say.
  std::vector<uint32_t> BucketsOf(std::string_view text) const;
  std::array<double, kClasses> Probabilities(const std::vector<uint32_t>& buckets) const;

  // How much each of these buckets' idf is scaled down by: the root of the sum of their squares.
  double Norm(const std::vector<uint32_t>& buckets) const;

  static uint32_t BucketOf(uint32_t hash) { return hash >> (32 - kBucketBits); }

  NgramView view() const { return view_; }
  std::vector<Bucket>& buckets() { return buckets_; }
  std::array<float, kClasses>& biases() { return biases_; }

  // The biases, then the buckets, as they stand in memory (little-endian).
  void Write(std::ostream& out) const;

  // Error: INVALID_ARGUMENT if the stream ends too soon or a number is not finite.
  absl::Status Read(std::istream& in);

 private:
  NgramView view_;
  std::vector<Bucket> buckets_;
  std::array<float, kClasses> biases_{};
};

}  // namespace serin::model_server
