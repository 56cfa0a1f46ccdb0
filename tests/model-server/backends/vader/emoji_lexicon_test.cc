#include "model-server/backends/vader/emoji_lexicon.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace serin::model_server {
namespace {

using ::serin::testing::IsOk;
using ::serin::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kGrin[] = "\U0001F600";
constexpr char kHeart[] = "\u2764";

EmojiLexicon Emojis() {
  return *EmojiLexicon::Parse(std::string(kGrin) + "\tgrinning face\n\n" + kHeart + "\theart\r\n" +
                              kHeart + "\tred heart\n");
}

TEST(EmojiLexiconTest, PutsTheDescriptionInPlaceOfAnEmoji) {
  EXPECT_EQ(Emojis().Describe(std::string("hello ") + kGrin), "hello grinning face");
}

TEST(EmojiLexiconTest, PutsABlankBeforeADescriptionButNoneAfterIt) {
  EXPECT_EQ(Emojis().Describe(std::string("ok") + kGrin + kGrin + "x\n" + kGrin + " "),
            "ok grinning face grinning facex\n grinning face ");
}

TEST(EmojiLexiconTest, OfAnEmojiThatStandsTwiceTheLastEntryCounts) {
  EXPECT_EQ(Emojis().Describe(kHeart), "red heart");
}

TEST(EmojiLexiconTest, KeepsWhatItDoesNotKnow) {
  for (const char* text :
       {"", " ", "plain", "\u00e9t\u00e9", "\U0001F9FF", "\xFF\xC3(", "\xF0\x9F"}) {
    EXPECT_EQ(Emojis().Describe(text), text);
  }
}

TEST(EmojiLexiconTest, LeavesOutEmojisOfSeveralCodePoints) {
  const auto lexicon =
      EmojiLexicon::Parse(std::string(kHeart) + "\uFE0F\tvariant\n" + kGrin + "\tface\n");
  ASSERT_THAT(lexicon, IsOk());
  EXPECT_EQ(lexicon->Describe(std::string(kHeart) + "\uFE0F"), std::string(kHeart) + "\uFE0F");
}

TEST(EmojiLexiconTest, RefusesWhatIsNoEmojiLexicon) {
  for (const char* content : {"", "\n\n", "\u2764\tred heart\nplain"}) {
    EXPECT_THAT(EmojiLexicon::Parse(content),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("expected")))
        << content;
  }
  EXPECT_THAT(
      EmojiLexicon::Parse("\u2764\tred heart\nplain"),
      StatusIs(absl::StatusCode::kInvalidArgument, AllOf(HasSubstr("line 2"), HasSubstr("plain"))));
}

}  // namespace
}  // namespace serin::model_server
