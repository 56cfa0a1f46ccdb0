#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "benchmarks/guard/answering_router.h"
#include "benchmarks/guard/hot_paths.h"
#include "common/http/http_session.h"
#include "router/http/predict_gateway.h"

namespace serin {

size_t AnswerGatewayCalls(int passes, const std::vector<std::string>& texts) {
  AnsweringRouter request_router;
  router::PredictGateway gateway(*request_router, request_router.clock(),
                                 {.max_batch_items = 1000, .default_timeout = absl::Seconds(1)});
  const HttpSession::Handler handler = [&](const HttpRequest& request, HttpResponder responder) {
    gateway.Handle(request, std::move(responder));
  };
  HttpSession session({.handler = &handler, .wake = [] {}});
  std::vector<std::string> requests;
  for (const std::string& text : texts) {
    const std::string body = nlohmann::json({{"data", text}}).dump();
    requests.push_back(absl::StrCat(
        "POST /predict HTTP/1.1\r\nHost: 127.0.0.1:9000\r\nUser-Agent: python-requests/2.34.0\r\n"
        "Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n"
        "Content-Type: application/json\r\nContent-Length: ",
        body.size(), "\r\n\r\n", body));
  }
  size_t written = 0;
  std::string answer;
  for (int pass = 0; pass < passes; ++pass) {
    for (const std::string& request : requests) {
      SERIN_CHECK(session.Receive(request));
      answer.clear();
      session.Produce(answer, 1 << 16);
      SERIN_CHECK(answer.compare(0, 15, "HTTP/1.1 200 OK") == 0);
      written += answer.size();
    }
  }
  return written;
}

}  // namespace serin
