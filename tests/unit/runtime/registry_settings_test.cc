#include "engine/runtime/registry_settings.h"

#include <doctest/doctest.h>

namespace weir {
namespace {

Config config_of(const std::vector<std::pair<std::string, std::string>>& properties) {
  Config config;
  for (const auto& [name, value] : properties) config.set(name, value);
  return config;
}

std::string embedded_topic(const std::vector<std::pair<std::string, std::string>>& properties) {
  log::EmbeddedLogOptions options;
  options.in_memory = true;
  const std::shared_ptr<log::Log> log = log::open_embedded_log(options);
  open_configured_registry(config_of(properties), log)->register_schema("s", "JSON", "{}");
  std::string topics;
  for (const log::TopicInfo& topic : log->list_topics()) topics += topic.name;
  return topics;
}

}  // namespace

TEST_CASE("registry: on Kafka the embedded one keeps away from _schemas") {
  CHECK(embedded_topic({}) == "_schemas");
  CHECK(embedded_topic({{"bootstrap.servers", "localhost:9092"}, {"ksql.service.id", "shop"}}) == "_weir-shop-schemas");
}

TEST_CASE("registry: where the credentials come from") {
  const std::string url = "http://ann:a@localhost:8081";
  SchemaRegistryOptions options = registry_options(config_of({{"ksql.schema.registry.url", url}}));
  CHECK(options.url == url);
  CHECK(options.username.empty());
  options = registry_options(config_of({{"schema.registry.basic.auth.user.info", "bob:b:c"}}));
  CHECK(options.username == "bob");
  CHECK(options.password == "b:c");
  options = registry_options(config_of({{"ksql.schema.registry.basic.auth.user.info", "bob:b"},
                                        {"ksql.schema.registry.basic.auth.credentials.source", "URL"}}));
  CHECK(options.username.empty());
  options = registry_options(config_of({{"ksql.schema.registry.bearer.auth.token", "t"}}));
  CHECK(options.bearer_token == "t");
  CHECK_THROWS_AS(registry_options(config_of({{"schema.registry.basic.auth.credentials.source", "USER_INFO"}})),
                  SchemaRegistryError);
  CHECK_THROWS_AS(registry_options(config_of({{"schema.registry.bearer.auth.credentials.source", "STATIC_TOKEN"}})),
                  SchemaRegistryError);
  CHECK_THROWS_WITH_AS(registry_options(config_of({{"schema.registry.basic.auth.user.info", "secret"}})),
                       "schema.registry.basic.auth.user.info has another form than user:password.",
                       SchemaRegistryError);
}

TEST_CASE("registry: TLS settings, those of Kafka's clients where it has none") {
  SchemaRegistryOptions options = registry_options(config_of({{"ssl.truststore.location", "kafka.pem"},
                                                              {"ssl.keystore.location", "kafka.p12"},
                                                              {"ssl.keystore.password", "k"}}));
  CHECK(options.ca_file == "kafka.pem");
  CHECK(options.certificate_file == "kafka.p12");
  CHECK(options.key_password == "k");
  CHECK(options.verify_tls);
  options = registry_options(config_of({{"ssl.ca.location", "kafka.pem"},
                                        {"ksql.schema.registry.ssl.truststore.location", "registry.pem"},
                                        {"schema.registry.ssl.key.password", "r"},
                                        {"schema.registry.ssl.verify", "false"}}));
  CHECK(options.ca_file == "registry.pem");
  CHECK(options.key_password == "r");
  CHECK_FALSE(options.verify_tls);
}

}  // namespace weir
