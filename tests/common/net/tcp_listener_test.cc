#include "common/net/tcp_listener.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <memory>

#include "absl/synchronization/notification.h"
#include "tests/common/http2/raw_connection.h"
#include "tests/support/fake_clock.h"
#include "tests/support/one_descriptor.h"

namespace serin {
namespace {

using ::serin::http2::testing::RawConnection;
using ::serin::testing::FakeClock;
using ::serin::testing::OneDescriptor;

TEST(TcpListenerTest, WithoutADescriptorItLooksAgainAfterAPauseAndTheLoopGoesOn) {
  FakeClock clock;
  EventLoop loop;
  absl::Notification accepted;
  std::atomic<int> exhausted{0};
  const auto listener = TcpListener::Start(loop, clock,
                                           {.listen = "127.0.0.1:0",
                                            .accept =
                                                [&](int fd) {
                                                  close(fd);
                                                  accepted.Notify();
                                                },
                                            .exhausted = [&] { ++exhausted; }});
  ASSERT_TRUE(listener.ok());
  std::unique_ptr<RawConnection> client;
  {
    const OneDescriptor left;
    client = std::make_unique<RawConnection>((*listener)->port());
    ASSERT_FALSE(client->closed());
    while (exhausted == 0) loop.FinishTurn();
    for (int turn = 0; turn < 1000; ++turn) loop.FinishTurn();
    EXPECT_EQ(exhausted, 1) << "it does not ask again and again";
    EXPECT_FALSE(accepted.HasBeenNotified());
  }
  clock.Advance(TcpListener::kPause);
  EXPECT_TRUE(accepted.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

}  // namespace
}  // namespace serin
