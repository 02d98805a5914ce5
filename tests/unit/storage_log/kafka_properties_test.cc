// What becomes of a user's Kafka properties: names of Java clients, JAAS, stores, and that no message has a secret in
// it.
#include "storage/log/kafka_properties.h"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "storage/log/kafka_jaas.h"
#include "tests/unit/storage_log/log_fixture.h"

namespace weir::log::test {

namespace {

using GivenProperties = std::map<std::string, std::string>;

KafkaProperties translate(const GivenProperties& given) {
  KafkaLogOptions options;
  options.bootstrap_servers = "localhost:9092";
  options.properties = given;
  return KafkaProperties(options);
}

// librdkafka's setting of a client with these properties, or "(unknown)".
std::string setting(const KafkaProperties& properties, const std::string& name, KafkaRole role = KafkaRole::kAdmin) {
  const KafkaConf conf = properties.make_conf(role, {}, {});
  std::array<char, 4096> text{};
  size_t size = text.size();
  if (rd_kafka_conf_get(conf.get(), name.c_str(), text.data(), &size) != RD_KAFKA_CONF_OK) return "(unknown)";
  return text.data();
}

std::string refusal_of(const GivenProperties& given) {
  const LogError error = log_error([&] { translate(given); });
  CHECK(error.kind() == LogError::Kind::kInvalid);
  return error.what();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool warns(const KafkaProperties& properties, const std::string& name, const std::string& part) {
  for (const std::string& warning : properties.warnings()) {
    if (contains(warning, name) && contains(warning, part)) return true;
  }
  return false;
}

constexpr const char* kPlainJaas =
    "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"me\" password=\"hunter2\";";

}  // namespace

TEST_CASE("properties of Java clients get librdkafka's names") {
  const KafkaProperties properties = translate({{"fetch.max.wait.ms", "123"},
                                                {"max.request.size", "2000000"},
                                                {"send.buffer.bytes", "-1"},
                                                {"receive.buffer.bytes", "65536"},
                                                {"ssl.endpoint.identification.algorithm", "HTTPS"},
                                                {"client.id", "orders"}});
  CHECK(setting(properties, "fetch.wait.max.ms") == "123");
  CHECK(setting(properties, "message.max.bytes") == "2000000");
  CHECK(setting(properties, "socket.send.buffer.bytes") == "0");  // left to the operating system
  CHECK(setting(properties, "socket.receive.buffer.bytes") == "65536");
  CHECK(setting(properties, "ssl.endpoint.identification.algorithm") == "https");
  CHECK(setting(properties, "client.id") == "orders");
  CHECK(setting(properties, "bootstrap.servers") == "localhost:9092");
  CHECK(properties.warnings().empty());
  CHECK(setting(translate({{"ssl.endpoint.identification.algorithm", ""}}), "ssl.endpoint.identification.algorithm") ==
        "none");
}

TEST_CASE("buffer.memory is bytes there and kilobytes here") {
  CHECK(setting(translate({{"buffer.memory", "33554432"}}), "queue.buffering.max.kbytes", KafkaRole::kProducer) ==
        "32768");
  CHECK(setting(translate({{"buffer.memory", "1"}}), "queue.buffering.max.kbytes", KafkaRole::kProducer) == "1");
  CHECK(contains(refusal_of({{"buffer.memory", "32m"}}), "buffer.memory"));
}

TEST_CASE("a role's prefix sets the property for that role alone") {
  const KafkaProperties properties =
      translate({{"client.id", "all"}, {"producer.client.id", "writer"}, {"consumer.fetch.max.wait.ms", "77"}});
  CHECK(setting(properties, "client.id", KafkaRole::kProducer) == "writer");
  CHECK(setting(properties, "client.id", KafkaRole::kReader) == "all");
  CHECK(setting(properties, "fetch.wait.max.ms", KafkaRole::kReader) == "77");
  CHECK(setting(properties, "fetch.wait.max.ms", KafkaRole::kProducer) != "77");
}

TEST_CASE("what Weir sets itself and what only Java has is told to have no effect") {
  const KafkaProperties properties = translate({{"enable.auto.commit", "true"},
                                                {"group.id", "mine"},
                                                {"interceptor.classes", "x.Y"},
                                                {"metrics.recording.level", "INFO"}});
  CHECK(warns(properties, "enable.auto.commit", "Weir sets it itself"));
  CHECK(warns(properties, "group.id", "Weir sets it itself"));
  CHECK(warns(properties, "interceptor.classes", "only Java clients"));
  CHECK(warns(properties, "metrics.recording.level", "only Java clients"));
  CHECK(setting(properties, "group.id") != "mine");
}

TEST_CASE("a property that doesn't exist, or can't have its value, is named as the user wrote it") {
  CHECK(contains(refusal_of({{"fetch.max.wait", "1"}}), "fetch.max.wait "));
  CHECK(contains(refusal_of({{"fetch.max.wait.ms", "soon"}}), "fetch.max.wait.ms"));
  KafkaLogOptions nowhere;
  CHECK(contains(log_error([&] { KafkaProperties unused(nowhere); }).what(), "bootstrap.servers"));
}

TEST_CASE("sasl.jaas.config gives user and password") {
  const KafkaProperties plain = translate({{"security.protocol", "SASL_PLAINTEXT"}, {"sasl.jaas.config", kPlainJaas}});
  CHECK(setting(plain, "sasl.username") == "me");
  CHECK(setting(plain, "sasl.password") == "hunter2");
  CHECK(setting(plain, "sasl.mechanisms") == "PLAIN");
  const KafkaProperties scram = translate(
      {{"sasl.mechanism", "SCRAM-SHA-512"},
       {"sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"a b\" password=\"q\\\"uo;te\";"}});
  CHECK(setting(scram, "sasl.mechanisms") == "SCRAM-SHA-512");
  CHECK(setting(scram, "sasl.username") == "a b");
  CHECK(setting(scram, "sasl.password") == "q\"uo;te");
  // What is said outright counts.
  CHECK(setting(translate({{"sasl.jaas.config", kPlainJaas}, {"sasl.username", "other"}}), "sasl.username") == "other");
  const KafkaProperties kerberos = translate({{"sasl.mechanism", "GSSAPI"},
                                              {"sasl.jaas.config",
                                               "com.sun.security.auth.module.Krb5LoginModule required "
                                               "keyTab=\"/k.tab\" principal=\"weir@X\" serviceName=\"kafka\";"}});
  CHECK(setting(kerberos, "sasl.kerberos.principal") == "weir@X");
  CHECK(setting(kerberos, "sasl.kerberos.keytab") == "/k.tab");
}

TEST_CASE("a sasl.jaas.config that can't be used is refused with what to write, without its secrets") {
  const auto refused = [](const std::string& jaas) { return refusal_of({{"sasl.jaas.config", jaas}}); };
  CHECK(contains(refused("PlainLoginModule required username=\"me\";"), "password"));
  CHECK(contains(refused("ScramLoginModule required username=\"me\" password=\"hunter2\";"),
                 "SCRAM-SHA-256 or SCRAM-SHA-512"));
  CHECK(contains(refused("x.OAuthBearerLoginModule required clientSecret=\"hunter2\";"), "OAuthBearerLoginModule"));
  const char* bad[] = {"",
                       "PlainLoginModule",
                       "PlainLoginModule required username=\"me\" password=\"hunter2\"",
                       "PlainLoginModule required password=\"hunter2",
                       "PlainLoginModule required password \"hunter2\";",
                       "PlainLoginModule required password=\"hunter2\"; Another required;"};
  for (const char* text : bad) {
    CAPTURE(text);
    const std::string message = refused(text);
    CHECK(contains(message, "sasl.jaas.config"));
    CHECK_FALSE(contains(message, "hunter2"));
  }
  CHECK_FALSE(contains(refused("x.Unknown required password=\"hunter2\";"), "hunter2"));
}

TEST_CASE("the options of a JAAS entry are read as Java reads them") {
  const JaasEntry entry = parse_jaas("a.b.Module /* c */ required // rest\n one='1' two=\"\\101\\n\\\\\" three=3 ;");
  CHECK(entry.module == "Module");
  CHECK(entry.options == std::map<std::string, std::string>{{"one", "1"}, {"two", "A\n\\"}, {"three", "3"}});
}

TEST_CASE("Java's key stores: PEM and PKCS12 work, JKS doesn't and says what does") {
  const TemporaryDirectory directory;
  const std::string file = directory / "store";
  std::ofstream(file) << "x";
  const KafkaProperties jks =
      translate({{"ssl.keystore.location", file}, {"ssl.keystore.type", "JKS"}, {"ssl.truststore.location", file}});
  CHECK(warns(jks, "ssl.keystore.location", "PKCS12"));
  CHECK(warns(jks, "ssl.keystore.location", "ssl.certificate.location"));
  CHECK(warns(jks, "ssl.truststore.location", "ssl.ca.location"));
  const KafkaProperties pem = translate({{"ssl.keystore.location", file},
                                         {"ssl.keystore.type", "PEM"},
                                         {"ssl.truststore.location", file},
                                         {"ssl.truststore.type", "pem"}});
  CHECK(pem.warnings().empty());
  CHECK(setting(pem, "ssl.certificate.location") == file);
  CHECK(setting(pem, "ssl.key.location") == file);
  CHECK(setting(pem, "ssl.ca.location") == file);
  const KafkaProperties pkcs12 = translate({{"ssl.keystore.location", file}, {"ssl.keystore.password", "hunter2"}});
  CHECK(setting(pkcs12, "ssl.keystore.location") == file);
  CHECK(setting(pkcs12, "ssl.keystore.password") == "hunter2");
}

TEST_CASE("secret values are blotted out of what librdkafka says") {
  const KafkaProperties properties =
      translate({{"sasl.jaas.config", kPlainJaas}, {"ssl.key.password", "hunter2000"}, {"client.id", "visible"}});
  const std::string text = properties.redact("login of visible with hunter2 failed, so did hunter2000");
  CHECK(contains(text, "visible"));
  CHECK_FALSE(contains(text, "hunter"));
  CHECK_FALSE(contains(text, "2000"));
  // A value in the wrong place.
  CHECK_FALSE(contains(refusal_of({{"sasl.password", "hunter2"}, {"security.protocol", "hunter2"}}), "hunter2"));
}

}  // namespace weir::log::test
