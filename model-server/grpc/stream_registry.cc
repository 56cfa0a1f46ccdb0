#include "model-server/grpc/stream_registry.h"

namespace serin::model_server {

void StreamRegistry::Add(DrainableStream& stream) {
  absl::MutexLock lock(&mutex_);
  streams_.insert(&stream);
  if (draining_) stream.Drain();
}

void StreamRegistry::Remove(DrainableStream& stream) {
  absl::MutexLock lock(&mutex_);
  streams_.erase(&stream);
}

void StreamRegistry::DrainAll() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
  for (DrainableStream* stream : streams_) stream->Drain();
}

}  // namespace serin::model_server
