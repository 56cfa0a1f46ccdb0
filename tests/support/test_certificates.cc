#include "tests/support/test_certificates.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

namespace serin::testing {
namespace {

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;

Key MakeKey() { return Key(EVP_EC_gen("P-256"), EVP_PKEY_free); }

void AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate Sign(EVP_PKEY* key, const std::string& name, X509* issuer, EVP_PKEY* issuer_key,
                 bool is_ca) {
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), is_ca ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* signer = issuer == nullptr ? certificate.get() : issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  AddExtension(certificate.get(), signer, NID_basic_constraints,
               is_ca ? "critical,CA:TRUE" : "CA:FALSE");
  if (!is_ca) {
    AddExtension(certificate.get(), signer, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  }
  X509_sign(certificate.get(), issuer_key, EVP_sha256());
  return certificate;
}

// Written beside and renamed, so that a watcher never reads half a file.
template <typename Write>
void WriteFile(const std::string& path, Write write) {
  const std::string draft = path + ".draft";
  std::FILE* file = std::fopen(draft.c_str(), "w");
  write(file);
  std::fclose(file);
  std::filesystem::rename(draft, path);
}

}  // namespace

TestCertificates MakeCertificates(const std::filesystem::path& folder, const std::string& name) {
  const TestCertificates files{.ca = folder / (name + "-ca.pem"),
                               .certificate = folder / (name + ".pem"),
                               .private_key = folder / (name + ".key")};
  const Key root_key = MakeKey();
  const Certificate root = Sign(root_key.get(), name + " root", nullptr, root_key.get(), true);
  const Key key = MakeKey();
  const Certificate leaf = Sign(key.get(), name, root.get(), root_key.get(), false);
  WriteFile(files.ca, [&](std::FILE* file) { PEM_write_X509(file, root.get()); });
  WriteFile(files.private_key, [&](std::FILE* file) {
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  WriteFile(files.certificate, [&](std::FILE* file) { PEM_write_X509(file, leaf.get()); });
  return files;
}

}  // namespace serin::testing
