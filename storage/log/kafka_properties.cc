#include "storage/log/kafka_properties.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "storage/log/kafka_error.h"
#include "storage/log/kafka_jaas.h"

namespace weir::log {

namespace {

struct JavaName {
  std::string_view java;
  std::string_view librdkafka;
};

constexpr std::array kJavaNames = {
    JavaName{"fetch.max.wait.ms", "fetch.wait.max.ms"},
    JavaName{"max.request.size", "message.max.bytes"},
    JavaName{"send.buffer.bytes", "socket.send.buffer.bytes"},
    JavaName{"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    JavaName{"ssl.truststore.certificates", "ssl.ca.pem"},
    JavaName{"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
    JavaName{"ssl.keystore.key", "ssl.key.pem"},
};

// Settings of Java clients that have no counterpart. A trailing '*' stands for all names that begin so.
constexpr std::array kJavaOnly = std::to_array<std::string_view>({
    "auto.include.jmx.reporter",
    "client.dns.lookup",
    "config.providers*",
    "default.api.timeout.ms",
    "enable.metrics.push",
    "exclude.internal.topics",
    "interceptor.classes",
    "key.deserializer",
    "key.serializer",
    "max.block.ms",
    "max.poll.records",
    "metadata.max.idle.ms",
    "metadata.recovery.*",
    "metric.reporters",
    "metrics.*",
    "partitioner.*",
    "retry.backoff.max.ms",
    "sasl.client.callback.handler.class",
    "sasl.kerberos.ticket.*",
    "sasl.login.*",
    "security.providers",
    "ssl.enabled.protocols",
    "ssl.engine.factory.class",
    "ssl.keymanager.algorithm",
    "ssl.protocol",
    "ssl.provider",
    "ssl.secure.random.implementation",
    "ssl.trustmanager.algorithm",
    "transaction.two.phase.commit.enable",
    "value.deserializer",
    "value.serializer",
});

// What the log's promises rest on; it sets these itself.
constexpr std::array kOwned = std::to_array<std::string_view>({
    "acks",
    "allow.auto.create.topics",
    "auto.commit.enable",
    "auto.commit.interval.ms",
    "auto.offset.reset",
    "bootstrap.servers",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "enable.partition.eof",
    "enabled_events",
    "group.id",
    "group.instance.id",
    "isolation.level",
    "log.queue",
    "metadata.broker.list",
    "offset.store.method",
    "queuing.strategy",
    "request.required.acks",
    "transactional.id",
});

// Keystores are several properties that mean something only together; see add_java_stores().
constexpr std::array kJavaStores = std::to_array<std::string_view>({
    "ssl.truststore.location",
    "ssl.truststore.password",
    "ssl.truststore.type",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "ssl.keystore.type",
});

struct RolePrefix {
  std::string_view prefix;
  KafkaRole role;
};

// As Kafka Streams has them.
constexpr std::array kRolePrefixes = {
    RolePrefix{"producer.", KafkaRole::kProducer},
    RolePrefix{"consumer.", KafkaRole::kReader},
    RolePrefix{"admin.", KafkaRole::kAdmin},
};

template <class List>
bool list_has(const List& list, std::string_view name) {
  return std::ranges::any_of(list, [&](std::string_view entry) {
    if (entry.ends_with('*')) return name.starts_with(entry.substr(0, entry.size() - 1));
    return name == entry;
  });
}

bool holds_secret(std::string_view name) {
  constexpr std::array kParts =
      std::to_array<std::string_view>({"password", "secret", "jaas", "oauthbearer.config", "key.pem", "keystore.key"});
  return std::ranges::any_of(kParts, [&](std::string_view part) { return name.find(part) != std::string_view::npos; });
}

std::string lower_ascii(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string property_or(const std::map<std::string, std::string>& properties, const std::string& name) {
  const auto found = properties.find(name);
  return found == properties.end() ? std::string() : found->second;
}

// Sets one property; returns librdkafka's complaint, or nothing.
std::string set_kafka_conf(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> text{};
  switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size())) {
    case RD_KAFKA_CONF_OK:
      return {};
    case RD_KAFKA_CONF_UNKNOWN:
      return "is not known to librdkafka " + std::string(rd_kafka_version_str());
    default:
      return "can't have this value: " + std::string(text.data());
  }
}

const KafkaProperties::Settings kCommonDefaults = {
    {"client.id", "weir"},
    {"reconnect.backoff.max.ms", "2000"},
    {"socket.keepalive.enable", "true"},
    {"socket.nagle.disable", "true"},
};

}  // namespace

KafkaProperties::KafkaProperties(const KafkaLogOptions& options) : bootstrap_servers_(options.bootstrap_servers) {
  if (bootstrap_servers_.empty()) {
    throw LogError(LogError::Kind::kInvalid,
                   "No Kafka broker is given: set bootstrap.servers to HOST:PORT[,HOST:PORT...]");
  }
  for (const auto& [name, value] : options.properties) {
    if (holds_secret(name) && !value.empty()) secrets_.insert(value);
  }
  for (const auto& [name, value] : options.properties) add(name, value);
  add_jaas(options.properties);
  add_java_stores(options.properties);
  check();
}

void KafkaProperties::add(const std::string& name, const std::string& value) {
  for (const RolePrefix& entry : kRolePrefixes) {
    if (!name.starts_with(entry.prefix)) continue;
    KafkaRole role = entry.role;
    add_plain(&role, name.substr(entry.prefix.size()), value);
    return;
  }
  add_plain(nullptr, name, value);
}

void KafkaProperties::add_plain(KafkaRole* only_role, const std::string& name, const std::string& value) {
  if (list_has(kOwned, name)) return warn(name, "Weir sets it itself");
  if (list_has(kJavaOnly, name)) return warn(name, "only Java clients have it");
  if (list_has(kJavaStores, name) || name == "sasl.jaas.config") return;  // taken by those who need several
  if (name == "buffer.memory") {                                          // bytes there, kilobytes here
    int64_t bytes = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
    if (error != std::errc() || end != value.data() + value.size()) {
      throw LogError(LogError::Kind::kInvalid, "The Kafka property buffer.memory is not a number of bytes");
    }
    return set(only_role, "queue.buffering.max.kbytes", std::to_string(std::max<int64_t>(bytes / 1024, 1)), name);
  }
  if (name == "ssl.endpoint.identification.algorithm") {
    return set(only_role, name, value.empty() ? "none" : lower_ascii(value), name);
  }
  for (const JavaName& entry : kJavaNames) {
    if (name != entry.java) continue;
    // Java's -1 leaves a socket buffer to the operating system, which is 0 here.
    return set(only_role, std::string(entry.librdkafka), value == "-1" ? "0" : value, name);
  }
  set(only_role, name, value, name);
}

void KafkaProperties::add_jaas(const std::map<std::string, std::string>& given) {
  const auto text = given.find("sasl.jaas.config");
  if (text == given.end()) return;
  const JaasEntry entry = parse_jaas(text->second);
  for (const auto& [option, value] : entry.options) {
    if (option != "username" && !value.empty() && holds_secret(lower_ascii(option))) secrets_.insert(value);
  }
  const auto take = [&](const char* option, const char* property) {
    const auto found = entry.options.find(option);
    if (found == entry.options.end()) return given.contains(property);
    if (!given.contains(property)) set(nullptr, property, found->second, "sasl.jaas.config");
    return true;
  };
  if (entry.module == "PlainLoginModule" || entry.module == "ScramLoginModule") {
    if (!take("username", "sasl.username") || !take("password", "sasl.password")) {
      throw LogError(
          LogError::Kind::kInvalid,
          "The Kafka property sasl.jaas.config needs username=\"...\" and password=\"...\" for " + entry.module);
    }
    // There are two SCRAM mechanisms, so that one must be named; librdkafka's default would be Kerberos.
    const bool named = given.contains("sasl.mechanism") || given.contains("sasl.mechanisms");
    if (!named && entry.module == "ScramLoginModule") {
      throw LogError(LogError::Kind::kInvalid,
                     "The Kafka property sasl.mechanism is missing: set it to SCRAM-SHA-256 or SCRAM-SHA-512");
    }
    if (!named) set(nullptr, "sasl.mechanisms", "PLAIN", "sasl.jaas.config");
  } else if (entry.module == "Krb5LoginModule") {
    take("principal", "sasl.kerberos.principal");
    take("keyTab", "sasl.kerberos.keytab");
    take("serviceName", "sasl.kerberos.service.name");
  } else {
    throw LogError(
        LogError::Kind::kInvalid,
        "The Kafka property sasl.jaas.config names the login module " + entry.module +
            ", which only Java clients have; use PlainLoginModule, ScramLoginModule or Krb5LoginModule, or the "
            "sasl.* properties of librdkafka");
  }
}

void KafkaProperties::add_java_stores(const std::map<std::string, std::string>& properties) {
  const std::string trust = property_or(properties, "ssl.truststore.location");
  if (!trust.empty()) {
    if (lower_ascii(property_or(properties, "ssl.truststore.type")) == "pem") {
      set(nullptr, "ssl.ca.location", trust, "ssl.truststore.location");
    } else {
      warn("ssl.truststore.location",
           "only Java clients read such a store; give the authority's certificates in PEM form by ssl.ca.location");
    }
  }
  const std::string keys = property_or(properties, "ssl.keystore.location");
  if (keys.empty()) return;
  const std::string type = lower_ascii(property_or(properties, "ssl.keystore.type"));
  if (type == "jks") {
    warn("ssl.keystore.location",
         "only Java clients read a JKS store; give it as PKCS12, or in PEM form by ssl.certificate.location and "
         "ssl.key.location");
  } else if (type == "pem") {  // one file with the key and its chain
    set(nullptr, "ssl.certificate.location", keys, "ssl.keystore.location");
    set(nullptr, "ssl.key.location", keys, "ssl.keystore.location");
  } else {
    set(nullptr, "ssl.keystore.location", keys, "ssl.keystore.location");
    set(nullptr, "ssl.keystore.password", property_or(properties, "ssl.keystore.password"), "ssl.keystore.password");
  }
}

void KafkaProperties::set(KafkaRole* only_role, const std::string& name, const std::string& value,
                          const std::string& as_given) {
  // One name for the one setting that both worlds set, so that what JAAS implies never replaces what was said.
  const std::string& real = name == "sasl.mechanism" ? "sasl.mechanisms" : name;
  (only_role ? by_role_[*only_role] : common_)[real] = value;
  given_as_[real] = as_given;
}

void KafkaProperties::warn(const std::string& name, const std::string& why) {
  warnings_.push_back("The Kafka property " + name + " has no effect: " + why);
}

void KafkaProperties::check() const {
  const KafkaConf scratch(rd_kafka_conf_new());
  const auto try_all = [&](const std::map<std::string, std::string>& settings) {
    for (const auto& [name, value] : settings) {
      const std::string complaint = set_kafka_conf(scratch.get(), name, value);
      if (complaint.empty()) continue;
      const auto given = given_as_.find(name);
      throw LogError(
          LogError::Kind::kInvalid,
          "The Kafka property " + (given == given_as_.end() ? name : given->second) + " " + redact(complaint));
    }
  };
  try_all(common_);
  for (const auto& [role, settings] : by_role_) try_all(settings);
}

KafkaConf KafkaProperties::make_conf(KafkaRole role, const Settings& defaults, const Settings& fixed) const {
  KafkaConf conf(rd_kafka_conf_new());
  const auto set_all = [&](const auto& settings) {
    for (const auto& [name, value] : settings) {
      const std::string complaint = set_kafka_conf(conf.get(), name, value);
      if (!complaint.empty())
        throw LogError(LogError::Kind::kInvalid, "The Kafka property " + name + " " + redact(complaint));
    }
  };
  set_all(kCommonDefaults);
  set_all(defaults);
  set_all(common_);
  const auto own = by_role_.find(role);
  if (own != by_role_.end()) set_all(own->second);
  set_all(Settings{{"bootstrap.servers", bootstrap_servers_}, {"allow.auto.create.topics", "false"}});
  set_all(fixed);
  return conf;
}

std::string KafkaProperties::redact(std::string text) const {
  for (const std::string& secret : secrets_) {  // longest prefixes first: a secret may begin another
    for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      constexpr std::string_view kHidden = "[hidden]";
      text.replace(at, secret.size(), kHidden);
      at += kHidden.size();
    }
  }
  return text;
}

}  // namespace weir::log
