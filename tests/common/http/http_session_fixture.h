#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/http/http_session.h"
#include "common/strings/absl_view.h"

namespace serin {

inline constexpr size_t kMaxBodyBytes = 100;

inline std::string Get(std::string_view target, std::string_view fields = "") {
  return absl::StrCat("GET ", AbslView(target), " HTTP/1.1\r\nHost: x\r\n", AbslView(fields),
                      "\r\n");
}

inline std::string Post(std::string_view body, std::string_view fields = "") {
  return absl::StrCat("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ", body.size(), "\r\n",
                      AbslView(fields), "\r\n", AbslView(body));
}

// A session and its handler, which answers at once with what was asked, or keeps the responder.
class HttpSessionTest : public ::testing::Test {
 protected:
  HttpSessionTest() { Restart(); }

  void Restart() {
    session_ = std::make_unique<HttpSession>(HttpSession::Options{
        .max_body_bytes = kMaxBodyBytes, .handler = &handler_, .wake = [this] { ++wakes_; }});
    asked_.clear();
  }

  // What the session sends; at most `most` bytes at a time.
  std::string Sent(size_t most = 1 << 20) {
    std::string all, piece;
    do {
      piece.clear();
      session_->Produce(piece, most);
      EXPECT_LE(piece.size(), most);
      all += piece;
    } while (!piece.empty());
    return all;
  }

  std::string Talk(std::string_view bytes) {
    EXPECT_TRUE(session_->Receive(bytes));
    return Sent();
  }

  // The answer to "GET /<name>".
  static std::string Ok(std::string_view name, std::string_view fields = "") {
    const std::string body = absl::StrCat("GET /", AbslView(name), " ");
    return absl::StrCat("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n",
                        "Content-Length: ", body.size(), "\r\n", AbslView(fields), "\r\n", body);
  }

  bool keeps_ = false;
  std::vector<std::string> asked_;
  std::deque<HttpResponder> kept_;
  int wakes_ = 0;
  HttpSession::Handler handler_ = [this](const HttpRequest& request, HttpResponder respond) {
    asked_.push_back(absl::StrCat(AbslView(request.method), " ", AbslView(request.target), " ",
                                  AbslView(request.body)));
    if (keeps_) {
      kept_.push_back(std::move(respond));
    } else {
      respond({.body = asked_.back()});
    }
  };
  std::unique_ptr<HttpSession> session_;
};

}  // namespace serin
