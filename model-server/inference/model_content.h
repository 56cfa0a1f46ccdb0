#pragma once

#include <string>

namespace serin::model_server {

// A file of a model as it was read, once: what is verified is what the model is made of, whatever
// becomes of the file meanwhile.
struct FileContent {
  std::string path;  // for messages
  std::string bytes;
};

}  // namespace serin::model_server
