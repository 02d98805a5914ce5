#include "engine/formats/tls_file.h"

#include <fstream>
#include <iterator>

#include "engine/formats/schema_registry.h"

namespace weir {
namespace {

[[noreturn]] void refuse_tls_file(const std::string& text) {
  throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid, text);
}

}  // namespace

TlsFileKind check_tls_file(const std::string& path, const std::string& property, bool pkcs12) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  // A directory opens, but gives nothing.
  if (file) text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (text.empty()) {
    refuse_tls_file("The file " + path + " of " + property +
                    " can't be read, or is empty. Check the path and its permissions.");
  }
  if (text.find("-----BEGIN ") != std::string::npos) return TlsFileKind::kPem;
  if (text.starts_with("\xFE\xED\xFE\xED") || text.starts_with("\xCE\xCE\xCE\xCE")) {
    const std::string target =
        pkcs12 ? "store.p12" : "store.p12, then: openssl pkcs12 -in store.p12 -nokeys -out ca.pem";
    refuse_tls_file("The file " + path + " of " + property +
                    " is a Java key store (JKS), which only Java reads. Convert it to " + (pkcs12 ? "PKCS12" : "PEM") +
                    ": keytool -importkeystore -srckeystore " + path + " -deststoretype PKCS12 -destkeystore " +
                    target);
  }
  if (text[0] == '\x30') {  // a sequence of ASN.1
    if (pkcs12) return TlsFileKind::kPkcs12;
    refuse_tls_file("The file " + path + " of " + property +
                    " is a PKCS12 store or a DER certificate, but PEM is needed. Convert it: openssl pkcs12 -in " +
                    path + " -nokeys -out ca.pem (a certificate: openssl x509 -inform DER -in " + path +
                    " -out ca.pem)");
  }
  refuse_tls_file("The file " + path + " of " + property + " is not PEM: it has no line that begins with -----BEGIN.");
}

}  // namespace weir
