#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"

namespace serin::http2 {

// One field of a header block. The views are the maker's to keep.
struct Field {
  std::string_view name;
  std::string_view value;
};

// The metadata of a call as it came: names in lower case, values untouched (those of names that end
// in -bin are still base64). Empty costs no memory.
class Metadata {
 public:
  void Add(std::string_view name, std::string_view value) {
    entries_.push_back({bytes_.size(), name.size(), value.size()});
    bytes_.append(name.data(), name.size());
    bytes_.append(value.data(), value.size());
  }

  size_t size() const { return entries_.size(); }
  size_t byte_size() const { return bytes_.size(); }
  // Valid until the next Add().
  Field operator[](size_t i) const {
    const Entry& entry = entries_[i];
    const std::string_view bytes = bytes_;
    return {bytes.substr(entry.start, entry.name),
            bytes.substr(entry.start + entry.name, entry.value)};
  }
  // The first value of a name; empty when there is none.
  std::string_view Find(std::string_view name) const {
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (const Field field = (*this)[i]; field.name == name) return field.value;
    }
    return {};
  }

 private:
  struct Entry {
    size_t start;
    size_t name;
    size_t value;
  };

  std::string bytes_;
  absl::InlinedVector<Entry, 2> entries_;
};

}  // namespace serin::http2
