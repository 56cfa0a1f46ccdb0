#pragma once

#include <memory>
#include <string>
#include <vector>

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
  // Whether a message to it is about to leave from the calling thread which another item could join
  // for nearly nothing: its model is so fast that those in it would hardly notice.
  virtual bool welcomes_company() const { return false; }
  // Items sent and not done.
  virtual size_t in_flight() const = 0;
  // Every item is done exactly once (its owner is told, maybe before this returns) or withdrawn.
  // UNAVAILABLE says that another endpoint may be tried.
  virtual void Send(ItemList items) = 0;

  // Call it every few milliseconds: looks after health, expires items. Never waits.
  virtual void Tick() = 0;
  // The same, on a thread of its own: opens the connections that Tick() has found wanting. Waits
  // while a name is resolved, when deadlines must go on being kept.
  virtual void Connect() {}
  // Lets go of the server: what is in flight is done with UNAVAILABLE before this returns, and so
  // is all that is sent later. Not in a callback of the endpoint, nor at the same time as Tick() or
  // Connect().
  virtual void Close() = 0;

  // What the router has seen of it.
  EndpointQuality& quality() { return quality_; }
  const EndpointQuality& quality() const { return quality_; }

 private:
  EndpointQuality quality_;
};

using Upstreams = std::vector<std::shared_ptr<Upstream>>;

}  // namespace serin::router
