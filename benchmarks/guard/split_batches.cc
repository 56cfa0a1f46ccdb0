#include <utility>

#include "benchmarks/guard/hot_paths.h"
#include "common/status/check.h"
#include "common/time/clock.h"
#include "router/dispatch/request_router.h"
#include "router/revisions/route_store.h"
#include "router/wire/predictor_codec.h"
#include "serin/v1/predictor.pb.h"

namespace serin {
namespace {

using ::serin::router::Item;
using ::serin::router::RoutedItem;

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
      Item& item = items.PopFront();
      item.sent_at = item.done_at = now;
      item.outcome = router::Sentiment{};
      item.owner->OnItemDone(item);
    }
  }
  void Tick() override {}
  void Close() override {}

 private:
  const std::string address_ = "127.0.0.1:1";
  const Clock& clock_;
};

class Call final : public router::RoutedCall {
 public:
  bool answered = false;

 private:
  void OnAnswered() override { answered = true; }
};

}  // namespace

size_t SplitBatches(int passes, const std::vector<std::string>& texts) {
  const RealClock clock;
  NoLog log;
  auto store = router::RouteStore::Create({{.name = "sentiment",
                                            .stable_version = "v1",
                                            .versions = {"v1", "v2"},
                                            .weights = {{"v1", 80}, {"v2", 20}}}},
                                          log, clock);
  SERIN_CHECK(store.ok());
  router::RouteBackendsList routes;
  routes.push_back(std::make_unique<router::RouteBackends>(*(*store)->routes()[0], clock.Now()));
  for (const char* version : {"v1", "v2"}) {
    routes[0]->SetEndpoints(version, {std::make_shared<Answering>(clock)});
  }
  router::RequestRouter request_router(routes, clock, 65536);
  v1::PredictBatchRequest request;
  for (const std::string& text : texts) request.add_items()->set_text(text);
  const std::string bytes = request.SerializeAsString();
  size_t written = 0;
  for (int pass = 0; pass < passes; ++pass) {
    router::BatchParts batch;
    SERIN_CHECK(router::ReadBatchRequest(bytes, batch));
    const auto items = std::make_unique<RoutedItem[]>(batch.parts.size());
    Call call;
    call.items = {items.get(), batch.parts.size()};
    call.deadline = absl::InfiniteFuture();
    for (size_t i = 0; i < call.items.size(); ++i) {
      SERIN_CHECK(router::ReadRequest(batch.parts[i], call.items[i]));
    }
    request_router.Start(call);
    SERIN_CHECK(call.answered);
    std::string answer;
    router::AppendBatchResponse(batch.batch_id, call.items, answer);
    written += answer.size();
  }
  return written;
}

}  // namespace serin
