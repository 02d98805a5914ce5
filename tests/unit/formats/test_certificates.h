// Certificates for tests of TLS, made on the spot: an authority of the test's own and what it signs, as PEM and PKCS12.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace weir::test {

class TestCertificate {
 public:
  // Signs itself.
  static TestCertificate authority(const std::string& name) { return TestCertificate(name, nullptr); }
  // `names`: what the certificate is for, as OpenSSL's configuration writes it: "IP:127.0.0.1".
  TestCertificate sign(const std::string& names) const { return TestCertificate(names, this); }

  void write_certificate(const std::string& path, bool append = false) const {
    write(path, append, [&](FILE* file) { return PEM_write_X509(file, certificate_.get()); });
  }
  // `password`: empty: the key isn't encrypted.
  void write_key(const std::string& path, const std::string& password = "", bool append = false) const {
    write(path, append, [&](FILE* file) {
      return PEM_write_PrivateKey(file, key_.get(), password.empty() ? nullptr : EVP_aes_256_cbc(), nullptr, 0, nullptr,
                                  password.empty() ? nullptr : const_cast<char*>(password.c_str()));
    });
  }
  void write_pkcs12(const std::string& path, const std::string& password) const {
    const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> store(
        PKCS12_create(password.c_str(), "weir", key_.get(), certificate_.get(), nullptr, 0, 0, 0, 0, 0), PKCS12_free);
    if (!store) throw std::runtime_error("the test can't make a PKCS12 store");
    write(path, false, [&](FILE* file) { return i2d_PKCS12_fp(file, store.get()); });
  }

 private:
  TestCertificate(const std::string& names, const TestCertificate* issuer)
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
    X509* made = certificate_.get();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), issuer == nullptr ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(made), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made), 24 * 3600);
    X509_set_pubkey(made, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(names.c_str()), -1, -1, 0);
    X509* signer = issuer == nullptr ? made : issuer->certificate_.get();
    X509_set_issuer_name(made, X509_get_subject_name(signer));
    extend(signer, NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
    if (issuer != nullptr) extend(signer, NID_subject_alt_name, names);
    if (X509_sign(made, issuer == nullptr ? key_.get() : issuer->key_.get(), EVP_sha256()) == 0)
      throw std::runtime_error("the test can't sign a certificate");
  }

  void extend(X509* signer, int extension, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, signer, certificate_.get(), nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> made(
        X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str()), X509_EXTENSION_free);
    if (!made || X509_add_ext(certificate_.get(), made.get(), -1) == 0)
      throw std::runtime_error("the test can't write " + value + " into a certificate");
  }

  template <typename Write>
  static void write(const std::string& path, bool append, const Write& contents) {
    FILE* file = std::fopen(path.c_str(), append ? "ab" : "wb");
    if (file == nullptr || contents(file) != 1 || std::fclose(file) != 0)
      throw std::runtime_error("the test can't write " + path);
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

}  // namespace weir::test
