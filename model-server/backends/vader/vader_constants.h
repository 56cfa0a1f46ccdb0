#pragma once

// The empirical constants of VADER (Hutto & Gilbert 2014, section 3.3), which its dialects share.
namespace serin::model_server {

inline constexpr double kIncrement = 0.293;     // of a degree adverb next to the word
inline constexpr double kCapitals = 0.733;      // of a word in capitals among others that are not
inline constexpr double kNegation = -0.74;      // factor
inline constexpr double kSecondDamping = 0.95;  // factor of a degree adverb two tokens before
inline constexpr double kThirdDamping = 0.9;    // the same three tokens before
inline constexpr double kNeverThird = 1.25;     // factor of "never so" and one more token between
inline constexpr double kBeforeBut = 0.5;       // factor
inline constexpr double kAfterBut = 1.5;        // factor
inline constexpr double kExclamation = 0.292;   // each, up to kMaxExclamations
inline constexpr int kMaxExclamations = 4;
inline constexpr double kQuestion = 0.18;       // each of two or three
inline constexpr double kManyQuestions = 0.96;  // four or more together
inline constexpr double kNormalization = 15;    // approximates the square of the largest sum

}  // namespace serin::model_server
