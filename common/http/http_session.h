#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <memory>
#include <optional>

#include "common/http/http_server.h"

namespace serin::http_internal {

// What the sessions of one server share; outlives them.
struct SessionContext {
  HttpServer::Options options;
  HttpServer::Handler handler;
  // Set once: answers then close their connection.
  std::atomic<bool> draining{false};
  // Requests handed to the handler and not yet written.
  std::atomic<int> requests_in_flight{0};
  std::atomic<int> connections{0};
};

// One connection: read a request, hand it out, write its answer, read the next. All of it runs on
// the stream's strand; the session keeps itself alive through its pending operation.
class HttpSession final : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(boost::asio::ip::tcp::socket&& socket, SessionContext& context);
  ~HttpSession();

  void Run();

  // Closes the connection if it waits for a request. Any thread.
  void CloseIfIdle();

 private:
  void Read();
  void OnRead(boost::beast::error_code error);
  void Dispatch();
  void RefuseMalformed(boost::beast::error_code error);
  void Write(HttpResponse response, bool keep_alive);
  void OnWritten(bool keep_alive, bool counted, boost::beast::error_code error);
  void Close();

  boost::beast::tcp_stream stream_;
  SessionContext& context_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  bool answering_ = false;
};

}  // namespace serin::http_internal
