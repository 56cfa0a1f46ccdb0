// Any bytes on a connection to an HTTP port, in pieces of any size, answered at once or later: the
// handler sees only requests within the limits, each gets one answer, and the client whole ones.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/http/http_session.h"
#include "common/status/check.h"
#include "common/strings/absl_view.h"
#include "tests/fuzz/fuzz_target.h"

namespace serin {
namespace {

constexpr size_t kMaxBodyBytes = 256;
constexpr size_t kMostOutput = 1000;

// What is sent for an answer begins so, and nothing in the body of one does.
constexpr std::string_view kStatusLine = "HTTP/1.1 ";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

class Talk {
 public:
  // `late`: a responder is called only when so many others wait.
  explicit Talk(size_t late) : late_(late) {}

  void Run(std::string_view input, size_t piece) {
    while (!input.empty() && !session_.done()) {
      const size_t size = std::min(piece, input.size());
      SERIN_CHECK(session_.Receive(input.substr(0, size)));
      input.remove_prefix(size);
      SERIN_CHECK(kept_.size() <= HttpSession::kMostAsked);
      Read();
    }
    session_.ReceiveEnd();
    while (!kept_.empty()) {
      AnswerLast();
      Read();
    }
    SERIN_CHECK(!session_.asking());
    Count();
  }

 private:
  void Handle(const HttpRequest& request, HttpResponder respond) {
    SERIN_CHECK(request.body.size() <= kMaxBodyBytes);
    SERIN_CHECK(!request.method.empty());
    SERIN_CHECK(request.path().size() <= request.target.size());
    size_t field_bytes = 0;
    for (const HttpField& field : request.fields) {
      SERIN_CHECK(!field.name.empty());
      field_bytes += field.name.size() + field.value.size();
    }
    SERIN_CHECK(field_bytes <= HttpParser::kMaxHeaderBytes);
    SERIN_CHECK(request.fields.size() <= HttpParser::kMaxFields);
    ++asked_;
    kept_.push_back(std::move(respond));
    if (kept_.size() > late_) AnswerLast();
  }

  void AnswerLast() {
    HttpResponder respond = std::move(kept_.back());
    kept_.pop_back();
    respond({.status = 200, .body = "answer"});
  }

  void Read() {
    for (size_t before = sent_.size();; before = sent_.size()) {
      session_.Produce(sent_, kMostOutput);
      if (sent_.size() == before) return;
    }
  }

  // One answer for each request, and maybe one for what was none.
  void Count() const {
    size_t answers = 0;
    for (size_t at = sent_.find(kStatusLine); at != sent_.npos;
         at = sent_.find(kStatusLine, at + 1)) {
      answers += absl::StartsWith(AbslView(std::string_view(sent_).substr(at)), AbslView(kContinue))
                     ? 0
                     : 1;
    }
    SERIN_CHECK(answers == asked_ || answers == asked_ + 1);
    SERIN_CHECK(sent_.empty() || absl::StartsWith(sent_, AbslView(kStatusLine)));
  }

  const size_t late_;
  const HttpSession::Handler handler_ = [this](const HttpRequest& request, HttpResponder respond) {
    Handle(request, std::move(respond));
  };
  std::vector<HttpResponder> kept_;
  size_t asked_ = 0;
  std::string sent_;
  HttpSession session_{{.max_body_bytes = kMaxBodyBytes, .handler = &handler_, .wake = [] {}}};
};

}  // namespace
}  // namespace serin

SERIN_FUZZ(input) {
  if (input.empty()) return;
  const auto first = static_cast<uint8_t>(input.front());
  const std::string bytes(input.substr(1));
  serin::Talk(first % 4).Run(bytes, size_t{first} / 4 * 16 + 1);
}
