#include "tests/support/raw_http.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace serin::testing {

std::string RawHttpExchange(int port, std::string_view bytes) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  boost::system::error_code error;
  socket.connect({boost::asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)},
                 error);
  if (error) return "";
  boost::asio::write(socket, boost::asio::buffer(bytes.data(), bytes.size()), error);
  std::string answer;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
  return answer;
}

std::string HttpGet(int port, std::string_view target) {
  return RawHttpExchange(port, "GET " + std::string(target) +
                                   " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
}

}  // namespace serin::testing
