#include "benchmarks/guard/answering_router.h"
#include "benchmarks/guard/hot_paths.h"
#include "router/wire/predictor_codec.h"
#include "serin/v1/predictor.pb.h"

namespace serin {
namespace {

using ::serin::router::RoutedItem;

class Call final : public router::RoutedCall {
 public:
  bool answered = false;

 private:
  void OnAnswered() override { answered = true; }
};

}  // namespace

size_t SplitBatches(int passes, const std::vector<std::string>& texts) {
  AnsweringRouter request_router;
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
    (*request_router).Start(call);
    SERIN_CHECK(call.answered);
    std::string answer;
    router::AppendBatchResponse(batch.batch_id, call.items, answer);
    written += answer.size();
  }
  return written;
}

}  // namespace serin
