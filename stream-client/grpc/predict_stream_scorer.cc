#include "stream-client/grpc/predict_stream_scorer.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "common/status/grpc_status.h"
#include "common/status/status_macros.h"
#include "stream-client/grpc/predict_messages.h"

namespace serin::stream {
namespace {

constexpr absl::Duration kReopenPause = absl::Milliseconds(200);
constexpr absl::Duration kReportInterval = absl::Seconds(5);

std::shared_ptr<grpc::Channel> OpenChannel(
    const ScorerOptions& options, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  if (!options.server_name.empty()) arguments.SetSslTargetNameOverride(options.server_name);
  // Without a pool of its own, a channel would share the connection of the others.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetMaxReceiveMessageSize(-1);  // as large as the requests make it
  return grpc::CreateCustomChannel(options.address, credentials, arguments);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PredictStreamScorer>> PredictStreamScorer::Create(
    ScorerOptions options, Wakeup& wakeup, const Clock& clock) {
  SERIN_ASSIGN_OR_RETURN(const auto credentials, MakeChannelCredentials(options.tls));
  return std::unique_ptr<PredictStreamScorer>(
      new PredictStreamScorer(std::move(options), credentials, wakeup, clock));
}

PredictStreamScorer::PredictStreamScorer(
    ScorerOptions options, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    Wakeup& wakeup, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      events_(std::make_shared<StreamEvents>(wakeup)),
      book_(options_.attempts, [this] { return absl::Uniform(random_, 0.0, 1.0); }),
      reported_waiting_(clock.Now()) {
  streams_.resize(static_cast<size_t>(options_.streams));
  for (Stream& stream : streams_) {
    stream.channel = OpenChannel(options_, credentials);
    stream.stub = v1::Predictor::NewStub(stream.channel);
  }
}

PredictStreamScorer::~PredictStreamScorer() {
  for (Stream& stream : streams_) {
    if (stream.call != nullptr) stream.call->Cancel();
  }
  // Cancelled calls end at once; the events hold what they still post.
  while (calls_alive_ > 0) {
    for (const StreamEvents::Event& event : events_->TakeAll()) {
      if (event.response == nullptr) --calls_alive_;
    }
    if (calls_alive_ > 0) absl::SleepFor(absl::Milliseconds(1));
  }
}

void PredictStreamScorer::Score(std::unique_ptr<Batch> batch) {
  book_.Add(std::move(batch));
  SendDue(clock_.Now());
}

absl::StatusOr<std::unique_ptr<Batch>> PredictStreamScorer::Poll() {
  const absl::Time now = clock_.Now();
  HandleEvents(now);
  if (!fatal_.ok()) return fatal_;
  ExpireAttempts(now);
  OpenStreams(now);
  SendDue(now);
  return book_.TakeFinished();
}

bool PredictStreamScorer::connected() const {
  return std::any_of(streams_.begin(), streams_.end(),
                     [](const Stream& stream) { return stream.up; });
}

void PredictStreamScorer::HandleEvents(absl::Time now) {
  for (StreamEvents::Event& event : events_->TakeAll()) {
    const bool ended = event.response == nullptr;
    if (ended) --calls_alive_;
    Stream* stream = FindCall(event.call);
    if (stream == nullptr) continue;  // given up before
    if (ended) {
      HandleEnd(*stream, FromGrpcStatus(event.status), now);
    } else {
      HandleResponse(*stream, **event.response, now);
    }
  }
}

void PredictStreamScorer::HandleResponse(Stream& stream, const v1::PredictBatchResponse& response,
                                         absl::Time now) {
  stream.last_heard = now;
  stream.under_way.erase(response.batch_id());
  if (response.has_error()) {
    const auto code = static_cast<absl::StatusCode>(response.error().code());
    book_.FailWhole(response.batch_id(), absl::Status(code, response.error().message()), now);
  } else {
    book_.Answer(response.batch_id(), ReadAnswers(response), now);
  }
}

void PredictStreamScorer::HandleEnd(Stream& stream, const absl::Status& why, absl::Time now) {
  const absl::Status end = why.ok() ? absl::UnavailableError("the router ended the stream") : why;
  spdlog::warn("stream to {} ended with {} requests under way: {}", options_.address,
               stream.under_way.size(), end.ToString());
  if (RetryPolicy::IsMisconfigured(end.code())) fatal_ = end;
  stream.call = nullptr;
  stream.up = false;
  stream.not_before = now + kReopenPause;
  stream.taken_by_one = false;
  const auto under_way = std::exchange(stream.under_way, {});
  for (const auto& [attempt, sent] : under_way) {
    if (under_way.size() > 1) {
      book_.FailShared(attempt, now);
    } else {
      book_.FailWhole(attempt, end, now);
    }
  }
}

void PredictStreamScorer::ExpireAttempts(absl::Time now) {
  for (const uint64_t id : book_.Expired(now)) {
    book_.FailWhole(id,
                    absl::DeadlineExceededError(absl::StrCat(
                        "no answer within ", absl::FormatDuration(options_.attempts.timeout))),
                    now);
    for (Stream& stream : streams_) {
      auto sent = stream.under_way.find(id);
      if (sent == stream.under_way.end()) continue;
      const bool silent = stream.last_heard < sent->second;
      stream.under_way.erase(sent);
      // Not a sound since: the connection may be dead without anybody having said so.
      if (silent && stream.call != nullptr) {
        stream.call->Cancel();
        HandleEnd(stream, absl::DeadlineExceededError("nothing heard on the stream"), now);
      }
    }
  }
}

void PredictStreamScorer::OpenStreams(absl::Time now) {
  for (Stream& stream : streams_) {
    if (stream.call == nullptr && now >= stream.not_before) {
      stream.call_id = next_call_id_++;
      stream.call = PredictStreamCall::Start(*stream.stub, stream.call_id, events_);
      ++calls_alive_;
    }
    // The call waits for the connection (and makes gRPC drive it); requests wait for it here, where
    // waiting is no attempt.
    stream.up = stream.call != nullptr &&
                (stream.up || stream.channel->GetState(false) == GRPC_CHANNEL_READY);
  }
  ReportWaiting(now);
}

void PredictStreamScorer::ReportWaiting(absl::Time now) {
  const bool unreachable = !connected() && book_.HasDue(now);
  if (!unreachable && !book_.HoldsBack(now)) {
    reported_waiting_ = now;
  } else if (now - reported_waiting_ >= kReportInterval) {
    spdlog::warn("waiting for the router at {}{}", options_.address,
                 unreachable ? "" : ", which refuses most texts for now");
    reported_waiting_ = now;
  }
}

void PredictStreamScorer::SendDue(absl::Time now) {
  while (book_.HasDue(now)) {
    const bool alone = book_.NextIsAlone(now);
    Stream* stream = LeastLoaded();
    if (stream == nullptr || (alone && !stream->under_way.empty())) return;
    const Attempt& attempt = *book_.Start(now);
    stream->taken_by_one = alone;
    std::unique_ptr<v1::PredictBatchRequest> request = stream->call->NewRequest();
    FillRequest(attempt, *request);
    stream->under_way.emplace(attempt.id, now);
    stream->call->Send(std::move(request));
  }
}

PredictStreamScorer::Stream* PredictStreamScorer::LeastLoaded() {
  Stream* least = nullptr;
  for (Stream& stream : streams_) {
    if (!stream.up || (stream.taken_by_one && !stream.under_way.empty())) continue;
    if (least == nullptr || stream.under_way.size() < least->under_way.size()) least = &stream;
  }
  return least;
}

PredictStreamScorer::Stream* PredictStreamScorer::FindCall(uint64_t call_id) {
  for (Stream& stream : streams_) {
    if (stream.call != nullptr && stream.call_id == call_id) return &stream;
  }
  return nullptr;
}

}  // namespace serin::stream
