#include "common/http/http_message.h"

#include "gtest/gtest.h"

namespace serin {
namespace {

TEST(HttpErrorTest, QuotesTheMessageAsJson) {
  EXPECT_EQ(HttpError(400, "a \"b\"\n").body, "{\"error\": \"a \\\"b\\\"\\u000a\"}\n");
}

TEST(HttpErrorTest, IsJsonWhateverTheMessage) {
  EXPECT_EQ(HttpError(400, "caf\xC3\xA9 \xFF!").body,
            "{\"error\": \"caf\xC3\xA9 \xEF\xBF\xBD!\"}\n");
}

}  // namespace
}  // namespace serin
