#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "serin/v1/predictor.grpc.pb.h"

namespace serin::testing {

// A Predictor on loopback whose PredictStream answers every text with compound = its length / 1000,
// version "v1" or, for a routing key whose last byte is even, "v2", unless a knob says otherwise.
// Thread-safe.
class FakeScoringServer {
 public:
  // Listens on a free port, or on the one given.
  explicit FakeScoringServer(int port = 0,
                             const std::shared_ptr<grpc::ServerCredentials>& credentials =
                                 grpc::InsecureServerCredentials());
  ~FakeScoringServer();

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int port() const { return port_; }

  // Every answer comes so much later; batches do not wait for each other.
  void SetDelay(absl::Duration delay);
  // Holds all answers back until it is released.
  void SetStuck(bool stuck);
  // The next n requests break their stream instead of being answered.
  void BreakStreams(int n);
  // A request that holds this text breaks its stream, every time.
  void BreakStreamsOn(const std::string& text);
  // The next n batches are refused as a whole.
  void RefuseBatches(int n, grpc::StatusCode code);
  // This text fails with the code; the first n times, or always (n < 0).
  void FailText(const std::string& text, grpc::StatusCode code, int n = -1);

  // Texts received so far, in the order they came, repeats included.
  std::vector<std::string> texts() const;
  // Requests received so far.
  int requests() const;
  // The request (as sent) that held this text last.
  v1::PredictRequest RequestOf(const std::string& text) const;

 private:
  class Service;
  std::unique_ptr<Service> service_;
  const std::shared_ptr<grpc::ServerCredentials> credentials_;  // outlive the server
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace serin::testing
