#pragma once

#include <filesystem>
#include <string>

namespace serin::testing {

// PEM files made anew for a test: a root, and a certificate for "localhost" that it signed.
struct TestCertificates {
  std::string ca;
  std::string certificate;
  std::string private_key;
};

// Writes them into `folder`; `name` keeps several sets apart and is the certificate's common name.
TestCertificates MakeCertificates(const std::filesystem::path& folder, const std::string& name);

}  // namespace serin::testing
