#pragma once

#include <string>

#include "router/backends/endpoint_quality.h"
#include "router/backends/item.h"

namespace serin::router {

// The port to one endpoint of a version: a model server, whatever protocol it speaks. Thread-safe.
class Upstream {
 public:
  virtual ~Upstream() = default;

  // host:port.
  virtual const std::string& address() const = 0;
  // Whether it can be expected to answer now.
  virtual bool ready() const = 0;
  // Items sent and not done.
  virtual size_t in_flight() const = 0;
  // Every item is done exactly once (its owner is told, maybe before this returns) or withdrawn.
  // UNAVAILABLE says that another endpoint may be tried.
  virtual void Send(ItemList items) = 0;

  // What the router has seen of it.
  EndpointQuality& quality() { return quality_; }
  const EndpointQuality& quality() const { return quality_; }

 private:
  EndpointQuality quality_;
};

}  // namespace serin::router
