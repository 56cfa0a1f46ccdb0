#pragma once

#include <cstddef>
#include <vector>

namespace serin::stream {

// A message that a broker refused for what it is (too large).
struct Refusal {
  void* opaque = nullptr;  // as it was sent with
  size_t bytes = 0;        // of key and value
  int error = 0;           // librdkafka's code
};

// What is to be done about refused messages.
struct RefusalVerdict {
  std::vector<Refusal> lone;      // were alone in their set: they will never be taken
  std::vector<Refusal> together;  // may have been refused for another's sake: to be sent again,
  size_t batch_bytes = 0;         // with this batch.size
};

// Brokers judge message sets, not messages, and refuse all that is in one. So what was refused
// together is sent again in sets of at most half the size, until each message that cannot be taken
// is alone. `refused` is what came back at one time from a producer with this batch.size;
// librdkafka puts a message that is as large as that into a set of its own. The next batch.size is
// never smaller than about half of a set that was refused, thus of what the broker takes.
RefusalVerdict JudgeRefusals(std::vector<Refusal> refused, size_t batch_bytes);

}  // namespace serin::stream
