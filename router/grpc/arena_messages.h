#pragma once

#include <grpcpp/support/message_allocator.h>

#include <array>

#include "google/protobuf/arena.h"

namespace serin::router {

// Messages in an arena whose first `kBlock` bytes come with it, so that a message of many parts
// costs few allocations. Not thread-safe.
template <size_t kBlock>
class MessageArena {
 public:
  MessageArena() : arena_(block_.data(), block_.size()) {}

  template <typename Message>
  Message* Create() {
    return google::protobuf::Arena::CreateMessage<Message>(&arena_);
  }
  // Ends all messages.
  void Reset() { arena_.Reset(); }

 private:
  alignas(8) std::array<char, kBlock> block_;
  google::protobuf::Arena arena_;
};

// Gives every unary call a request and a response in one arena. Thread-safe.
template <typename Request, typename Response, size_t kBlock>
class ArenaAllocator final : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override { return new Holder; }

 private:
  class Holder final : public grpc::MessageHolder<Request, Response> {
   public:
    Holder() {
      this->set_request(arena_.template Create<Request>());
      this->set_response(arena_.template Create<Response>());
    }
    void Release() override { delete this; }

   private:
    MessageArena<kBlock> arena_;
  };
};

}  // namespace serin::router
