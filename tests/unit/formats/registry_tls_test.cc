// The Schema Registry's client against a server with TLS: whom it trusts, and how it shows who it is.
#include <doctest/doctest.h>

#include <cstdlib>

#include "engine/formats/registry_client.h"
#include "tests/unit/formats/test_certificates.h"
#include "tests/unit/formats/test_http_server.h"
#include "tests/unit/temporary_directory.h"

namespace weir::test {
namespace {

TestHttpResponse one_subject(const TestHttpRequest&) { return {200, R"(["s"])"}; }

SchemaRegistryOptions tls_options(const std::string& url) {
  setenv("no_proxy", "127.0.0.1", 1);
  SchemaRegistryOptions options;
  options.url = url;
  // A server that hangs up for want of a certificate may do it before it has the request: then only the connection is
  // seen to break, and another round tells why.
  options.rounds = 20;
  options.backoff_ms = 1;
  return options;
}

// "" when the registry answered.
std::string tls_refusal(const SchemaRegistryOptions& options) {
  try {
    RegistryClient client(options);
    return client.subjects() == std::vector<std::string>{"s"} ? "" : "other subjects";
  } catch (const SchemaRegistryError& error) {
    return error.what();
  }
}

bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("TLS: a registry is trusted by who signed it and for the address that it was signed for") {
  const TemporaryDirectory folder;
  const TestCertificate authority = TestCertificate::authority("the authority");
  authority.write_certificate(folder / "ca.pem");
  TestCertificate::authority("another authority").write_certificate(folder / "other-ca.pem");
  const auto server_of = [&](const std::string& name, const std::string& names) {
    const TestCertificate certificate = authority.sign(names);
    certificate.write_certificate(folder / (name + ".pem"));
    certificate.write_key(folder / (name + "-key.pem"));
    return TestTls{folder / (name + ".pem"), folder / (name + "-key.pem"), ""};
  };
  TestHttpServer server(one_subject, server_of("server", "IP:127.0.0.1"));
  TestHttpServer stranger(one_subject, server_of("stranger", "DNS:registry.example"));

  SchemaRegistryOptions options = tls_options(server.url());
  options.ca_file = folder / "ca.pem";
  CHECK(tls_refusal(options) == "");

  options.ca_file = "";  // the system's, which don't know this authority
  const std::string untrusted = tls_refusal(options);
  CHECK(mentions(untrusted, server.url()));
  CHECK(mentions(untrusted, "schema.registry.ssl.truststore.location"));
  options.ca_file = folder / "other-ca.pem";
  CHECK(tls_refusal(options) == untrusted);
  options.verify_tls = false;
  CHECK(tls_refusal(options) == "");

  options = tls_options(stranger.url());
  options.ca_file = folder / "ca.pem";
  CHECK(mentions(tls_refusal(options), "127.0.0.1"));
  CHECK(stranger.requests().empty());
  options.verify_tls = false;
  CHECK(tls_refusal(options) == "");
}

TEST_CASE("TLS: a registry that asks who calls gets the certificate of PEM and PKCS12 files") {
  const TemporaryDirectory folder;
  const TestCertificate authority = TestCertificate::authority("the authority");
  authority.write_certificate(folder / "ca.pem");
  const TestCertificate certificate = authority.sign("IP:127.0.0.1");
  certificate.write_certificate(folder / "server.pem");
  certificate.write_key(folder / "server-key.pem");
  const TestCertificate own = authority.sign("DNS:client.example");
  own.write_certificate(folder / "client.pem");
  own.write_key(folder / "client-key.pem", "sesame");
  own.write_certificate(folder / "both.pem");
  own.write_key(folder / "both.pem", "", true);
  own.write_pkcs12(folder / "client.p12", "sesame");
  TestHttpServer server(one_subject, {folder / "server.pem", folder / "server-key.pem", folder / "ca.pem"});
  SchemaRegistryOptions options = tls_options(server.url());
  options.ca_file = folder / "ca.pem";

  const std::string anonymous = tls_refusal(options);
  INFO(anonymous);
  CHECK(mentions(anonymous, "The registry asks who calls"));
  CHECK(server.requests().empty());
  options.certificate_file = folder / "both.pem";
  CHECK(tls_refusal(options) == "");
  options.certificate_file = folder / "client.p12";
  options.key_password = "sesame";
  CHECK(tls_refusal(options) == "");
  options.certificate_file = folder / "client.pem";
  options.key_file = folder / "client-key.pem";
  CHECK(tls_refusal(options) == "");

  options.key_password = "seesaw";
  const std::string refusal = tls_refusal(options);
  CHECK(mentions(refusal, "schema.registry.ssl.key.location"));
  CHECK_FALSE(mentions(refusal, "seesaw"));
}

}  // namespace weir::test
