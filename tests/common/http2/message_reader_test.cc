#include "common/http2/message_reader.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "common/http2/grpc_text.h"
#include "tests/common/http2/raw_client.h"
#include "tests/support/status_matchers.h"

namespace serin::http2 {
namespace {

using ::serin::http2::testing::Framed;
using ::serin::testing::StatusIs;
using ::testing::HasSubstr;

constexpr int kGzip = 15 + 16;
constexpr int kZlib = 15;

std::string Deflate(std::string_view plain, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(plain.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(MessageReaderTest, InflatesGzipAndDeflateWhenTheStreamNamesThem) {
  const std::string plain(5000, 'x');
  for (const int bits : {kGzip, kZlib}) {
    MessageReader reader(10'000);
    reader.set_encoding(Encoding::kZlib);
    const std::string framed = Framed(Deflate(plain, bits), true);
    ASSERT_EQ(*reader.Add(framed), framed.size());
    ASSERT_TRUE(reader.complete());
    EXPECT_EQ(reader.Take(), plain);
    // Single messages of such a stream may be plain.
    ASSERT_TRUE(reader.Add(Framed("plain")).ok());
    EXPECT_EQ(reader.Take(), "plain");
  }
}

TEST(MessageReaderTest, RefusesWhatInflatesBeyondTheLimit) {
  MessageReader reader(10'000);
  reader.set_encoding(Encoding::kZlib);
  EXPECT_THAT(reader.Add(Framed(Deflate(std::string(1 << 20, 'x'), kGzip), true)),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("larger than max")));
}

TEST(MessageReaderTest, RefusesWhatCannotBeInflatedOrNamesNoEncoding) {
  MessageReader garbage(10'000);
  garbage.set_encoding(Encoding::kZlib);
  EXPECT_THAT(garbage.Add(Framed("garbage", true)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("inflated")));
  MessageReader cut(10'000);
  cut.set_encoding(Encoding::kZlib);
  EXPECT_THAT(cut.Add(Framed(Deflate("hello", kGzip).substr(0, 12), true)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("inflated")));
  MessageReader plain(10'000);
  EXPECT_THAT(plain.Add(Framed("m", true)),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("names no compression")));
  std::string odd = Framed("m");
  odd[0] = 7;
  MessageReader strict(10'000);
  EXPECT_THAT(strict.Add(odd), StatusIs(absl::StatusCode::kInternal, HasSubstr("got 7")));
}

TEST(MessageReaderTest, StopsAfterEachMessage) {
  MessageReader reader(100);
  const std::string two = Framed("one") + Framed("two");
  ASSERT_EQ(*reader.Add(two), 8u);
  EXPECT_EQ(reader.Take(), "one");
  EXPECT_FALSE(reader.partial());
  ASSERT_EQ(*reader.Add(std::string_view(two).substr(8, 3)), 3u);
  EXPECT_TRUE(reader.partial());
  ASSERT_EQ(*reader.Add(std::string_view(two).substr(11)), 5u);
  EXPECT_EQ(reader.Take(), "two");
}

TEST(GrpcTextTest, ReadsAndWritesTimeouts) {
  EXPECT_EQ(ParseTimeout("1H"), absl::Hours(1));
  EXPECT_EQ(ParseTimeout("2M"), absl::Minutes(2));
  EXPECT_EQ(ParseTimeout("3S"), absl::Seconds(3));
  EXPECT_EQ(ParseTimeout("4m"), absl::Milliseconds(4));
  EXPECT_EQ(ParseTimeout("5u"), absl::Microseconds(5));
  EXPECT_EQ(ParseTimeout("99999999n"), absl::Nanoseconds(99'999'999));
  for (const char* bad : {"", "S", "1", "1s", "-1S", "1.5S", "999999999S", " 1S"}) {
    EXPECT_EQ(ParseTimeout(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(FormatTimeout(absl::Milliseconds(20)), "20000000n");
  EXPECT_EQ(FormatTimeout(absl::Seconds(30)), "30000000u");
  EXPECT_EQ(FormatTimeout(absl::Hours(30)), "108000S");
  EXPECT_EQ(FormatTimeout(-absl::Seconds(1)), "0n");
  EXPECT_EQ(FormatTimeout(absl::InfiniteDuration()), "99999999H");
}

TEST(GrpcTextTest, EncodesMessagesInPercentAndBack) {
  const std::string odd = "50 % of \xC3\xA9\n\x7F";
  EXPECT_EQ(PercentEncode(odd), "50 %25 of %C3%A9%0A%7F");
  EXPECT_EQ(PercentDecode(PercentEncode(odd)), odd);
  EXPECT_EQ(PercentDecode("%zz %4"), "%zz %4");
}

}  // namespace
}  // namespace serin::http2
