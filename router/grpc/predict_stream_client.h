#pragma once

#include <list>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/net/event_loop.h"
#include "common/net/tls_connector.h"
#include "router/backends/backoff.h"
#include "router/backends/coalescer.h"

namespace serin::router {

// One PredictStream call to one endpoint, kept open and rebuilt with backoff after it breaks, with
// the coalescer that fills it. It lives on one event loop: what that loop's calls bring in a turn
// leaves in one write, without another thread.
//
// Messages are sent once the server has begun to speak: an address that takes connections and says
// nothing, or does not even take them, is never ready, and is given up after kMostSilence.
//
// A stream that the server ends in order (it drains, or the connection has reached its age) is
// followed by a new one at once, and what the server had not read goes there. Thread-safe.
class PredictStreamClient final : private MessageSink {
 public:
  static constexpr absl::Duration kMostSilence = absl::Seconds(10);

  // `address` is host:port; `tls` is null for plaintext. The references must outlive the client.
  PredictStreamClient(EventLoop& loop, std::string address, std::shared_ptr<const TlsConnector> tls,
                      const Clock& clock, IntHistogram& batch_items, Coalescer::Limits limits);
  ~PredictStreamClient() override;

  EventLoop& loop() const { return loop_; }
  Coalescer& coalescer() { return coalescer_; }
  const Coalescer& coalescer() const { return coalescer_; }

  // Call it every few milliseconds: looks whether there is a call, the endpoint is `wanted` and its
  // backoff has passed; expires items.
  void Tick(bool wanted);
  // Opens the call that Tick() wants; waits while a name is resolved. The name's addresses are
  // tried in turn.
  void Connect();
  // Ends the call for good; what is in flight is done with UNAVAILABLE. Not on the loop.
  void Close();

 private:
  class Link;
  class FlushTask final : public LoopTask {
   public:
    explicit FlushTask(PredictStreamClient& client) : client_(client) {}
    void Run() override { client_.coalescer_.Flush(); }

   private:
    PredictStreamClient& client_;
  };
  // MessageSink, called under the coalescer's lock.
  void Send(uint64_t message_id, absl::Span<Item* const> items) override;
  bool FlushLater() override;

  // On the loop.
  void Adopt(int fd);
  void OnEstablished(const Link& link);
  void GiveUpSilent();
  absl::Status OnReply(std::string_view message);
  void OnGoaway(Link& link);
  void OnEnd(Link& link, const absl::Status& status);
  void OnClosed(const Link& link);
  void WantLink(bool at_once);

  EventLoop& loop_;
  const std::string address_;
  const std::shared_ptr<const TlsConnector> tls_;
  const Clock& clock_;
  FlushTask flush_task_{*this};

  // Of the loop: the link that messages go to, null when there is none, and all that are open.
  Link* current_ = nullptr;
  std::list<std::unique_ptr<Link>> links_;

  absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  // A new link is to be opened; one is on its way to the loop; Connect() is to begin it. Which of
  // the addresses is tried follows from how often it failed.
  bool needs_link_ ABSL_GUARDED_BY(mutex_) = true;
  bool connecting_ ABSL_GUARDED_BY(mutex_) = false;
  bool dial_ ABSL_GUARDED_BY(mutex_) = false;
  size_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  // When a link is given up that is not established by then.
  absl::Time give_up_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  absl::Time retry_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Backoff backoff_ ABSL_GUARDED_BY(mutex_);

  // Last, so that it outlives nothing it uses.
  Coalescer coalescer_;
};

}  // namespace serin::router
