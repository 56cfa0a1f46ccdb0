#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/status/check.h"
#include "common/time/clock.h"
#include "router/dispatch/request_router.h"
#include "router/revisions/route_store.h"

namespace serin {

// A request router of one route, 80/20, whose endpoints answer at once.
class AnsweringRouter {
 public:
  AnsweringRouter() {
    auto store = router::RouteStore::Create({{.name = "sentiment",
                                              .stable_version = "v1",
                                              .versions = {"v1", "v2"},
                                              .weights = {{"v1", 80}, {"v2", 20}}}},
                                            log_, clock_);
    SERIN_CHECK(store.ok());
    store_ = *std::move(store);
    routes_.push_back(std::make_unique<router::RouteBackends>(*store_->routes()[0], clock_.Now()));
    for (const char* version : {"v1", "v2"}) {
      routes_[0]->SetEndpoints(version, {std::make_shared<Answering>(clock_)});
    }
  }

  const Clock& clock() const { return clock_; }
  router::RequestRouter& operator*() { return router_; }

 private:
  // Nothing is kept.
  class NoLog final : public router::RevisionLog {
   public:
    absl::StatusOr<std::vector<router::Revision>> ReadAll() override {
      return std::vector<router::Revision>();
    }
    absl::Status Append(const router::Revision&) override { return absl::OkStatus(); }
  };

  class Answering final : public router::Upstream {
   public:
    explicit Answering(const Clock& clock) : clock_(clock) {}
    const std::string& address() const override { return address_; }
    bool ready() const override { return true; }
    size_t in_flight() const override { return 0; }
    void Send(router::ItemList items) override {
      const absl::Time now = clock_.Now();
      while (!items.empty()) {
        router::Item& item = items.PopFront();
        item.sent_at = item.done_at = now;
        item.outcome = router::Sentiment{.neg = 0.1, .neu = 0.8, .pos = 0.1, .compound = 0.4404};
        item.owner->OnItemDone(item);
      }
    }
    void Tick() override {}
    void Close() override {}

   private:
    const std::string address_ = "127.0.0.1:1";
    const Clock& clock_;
  };

  const RealClock clock_;
  NoLog log_;
  std::unique_ptr<router::RouteStore> store_;
  router::RouteBackendsList routes_;
  router::RequestRouter router_{routes_, clock_, 65536};
};

}  // namespace serin
