#include "model-server/backends/vader/unicode_class.h"

#include <fstream>
#include <map>
#include <string>

#include "gtest/gtest.h"

namespace serin::model_server {
namespace {

TEST(UnicodeClassTest, AgreesWithPythonOverAllCodePoints) {
  const std::map<std::string, CodePointClass> names = {{"other", CodePointClass::kOther},
                                                       {"whitespace", CodePointClass::kWhitespace},
                                                       {"upper", CodePointClass::kUpper},
                                                       {"lower", CodePointClass::kLower}};
  std::ifstream file(".data/goldens/unicode_classes");
  ASSERT_TRUE(file) << "run models/prepare";
  size_t compared = 0;
  uint32_t first = 0;
  uint32_t last = 0;
  for (std::string name; file >> first >> last >> name;) {
    for (uint32_t c = std::max(first, 0x80u); c <= last; ++c, ++compared) {
      ASSERT_EQ(ClassifyNonAscii(c), names.at(name)) << std::hex << c << " is " << name;
    }
  }
  EXPECT_EQ(compared, 0x110000u - 0x80);
}

TEST(DecodeUtf8Test, DecodesSequencesOfEachLength) {
  EXPECT_EQ(DecodeUtf8("a").code_point, U'a');
  EXPECT_EQ(DecodeUtf8("\u00e9x").code_point, U'\u00e9');
  EXPECT_EQ(DecodeUtf8("\u2019").code_point, U'\u2019');
  EXPECT_EQ(DecodeUtf8("\U0001F600").code_point, U'\U0001F600');
  EXPECT_EQ(DecodeUtf8("\U0001F600").size, 4);
}

TEST(DecodeUtf8Test, TakesOneByteOfWhatIsNotUtf8) {
  for (const char* bytes : {"\x80", "\xE2\x84", "\xC3(", "\xFF", "\xF0\x9F\x98"}) {
    EXPECT_EQ(DecodeUtf8(bytes).code_point, 0xFFFDu) << bytes;
    EXPECT_EQ(DecodeUtf8(bytes).size, 1) << bytes;
  }
}

}  // namespace
}  // namespace serin::model_server
