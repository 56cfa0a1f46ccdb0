#include "router/dns/system_resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <memory>

#include "absl/strings/str_cat.h"

namespace serin::router {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

}  // namespace

absl::StatusOr<std::vector<std::string>> SystemResolver::Resolve(const std::string& host,
                                                                 const std::string& port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return absl::UnavailableError(gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  std::vector<std::string> addresses;
  for (const addrinfo* one = list.get(); one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    const bool is_v6 = one->ai_family == AF_INET6;
    addresses.push_back(is_v6 ? absl::StrCat("[", text.data(), "]:", port)
                              : absl::StrCat(text.data(), ":", port));
  }
  return addresses;
}

}  // namespace serin::router
