#include "engine/runtime/registry_settings.h"

#include <initializer_list>

namespace weir {
namespace {

std::string first_given(std::initializer_list<std::string> values) {
  for (const std::string& value : values) {
    if (!value.empty()) return value;
  }
  return "";
}

}  // namespace

SchemaRegistryOptions registry_options(const Config& config) {
  SchemaRegistryOptions options;
  options.url = config.get("schema.registry.url");
  options.bearer_token = config.get("schema.registry.bearer.auth.token");
  if (config.get("schema.registry.bearer.auth.credentials.source") == "STATIC_TOKEN" && options.bearer_token.empty()) {
    throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid,
                              "schema.registry.bearer.auth.credentials.source is STATIC_TOKEN, but "
                              "schema.registry.bearer.auth.token isn't set.");
  }
  const std::string source = config.get("schema.registry.basic.auth.credentials.source");
  const std::string user_info = config.get("schema.registry.basic.auth.user.info");
  const size_t colon = user_info.find(':');
  if (source == "USER_INFO" && user_info.empty()) {
    throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid,
                              "schema.registry.basic.auth.credentials.source is USER_INFO, but "
                              "schema.registry.basic.auth.user.info isn't set.");
  }
  if (source != "URL" && !user_info.empty()) {
    if (colon == 0 || colon == std::string::npos) {
      throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid,
                                "schema.registry.basic.auth.user.info has another form than user:password.");
    }
    options.username = user_info.substr(0, colon);
    options.password = user_info.substr(colon + 1);
  }
  const auto kafka = config.kafka_properties();
  const auto ssl = [&](const std::string& name) {
    const auto of_kafka = kafka.find("ssl." + name);
    return first_given({config.get("schema.registry.ssl." + name), of_kafka == kafka.end() ? "" : of_kafka->second});
  };
  options.ca_file =
      first_given({config.get("schema.registry.ssl.truststore.location"), config.get("schema.registry.ssl.ca.location"),
                   ssl("truststore.location"), ssl("ca.location")});
  options.certificate_file = first_given({ssl("keystore.location"), ssl("certificate.location")});
  options.key_file = ssl("key.location");
  options.key_password = first_given({ssl("key.password"), ssl("keystore.password")});
  options.verify_tls = config.get_bool("schema.registry.ssl.verify");
  return options;
}

std::shared_ptr<SchemaRegistry> open_configured_registry(const Config& config, const std::shared_ptr<log::Log>& log) {
  if (!config.get("schema.registry.url").empty()) return connect_schema_registry(registry_options(config));
  if (config.get("bootstrap.servers").empty()) return open_embedded_registry(log);
  return open_embedded_registry(log, "_weir-" + config.get("service.id") + "-schemas");
}

}  // namespace weir
