#include "engine/runtime/config.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "engine/runtime/value_reference.h"
#include "engine/sql/error.h"
#include "engine/sql/formatter.h"

namespace weir {

const std::vector<PropertyDefinition>& property_definitions() {
  using Kind = PropertyDefinition::Kind;
  static const std::vector<PropertyDefinition> definitions = {
      {"advertised.listener", "", "URL under which the other servers of the service reach this one's REST API"},
      {"auto.offset.reset", "latest", "Where a new query starts in its source topics", Kind::kChoice, {"earliest", "latest"}, true},
      {"bootstrap.servers", "", "Kafka's addresses, host:port separated by commas; empty: the embedded log"},
      {"cache.max.bytes.buffering", "0", "Memory for the state of one query, shared by its tasks, where that is less than query.persistent.max.bytes; 0: query.persistent.max.bytes", Kind::kInteger, {}, true},
      {"checkpoint.interval.ms", "10000", "Time between checkpoints of a task's state to disk", Kind::kInteger},
      {"commit.interval.ms", "2000", "Longest time between commits of a query that has work on Kafka; the embedded log commits as soon as a query has caught up", Kind::kInteger},
      {"data.dir", "", "Folder of the embedded log and of the state stores; empty: in memory, nothing is kept"},
      {"fetch.records", "1024", "Records that are taken from a partition at once", Kind::kInteger},
      {"functions.collect_list.limit", "", "How many values COLLECT_LIST gathers at most; empty: all", Kind::kText, {}, true},
      {"functions.collect_set.limit", "", "How many values COLLECT_SET gathers at most; empty: all", Kind::kText, {}, true},
      {"heartbeat.send.interval.ms", "5000", "How often a server tells the others of its service that it is there; after three times as long without they take it for gone", Kind::kInteger},
      {"idle.timeout", "0", "Milliseconds after which a task that gets no record takes stream time on by the wall clock, so that its windows close; 0: never", Kind::kInteger, {}, true},
      {"log.sync", "false", "fsync every commit of the embedded log: survives a power cut, not only the end of the process", Kind::kBoolean},
      {"internal.topic.replicas", "-1", "Replicas of the topics that Weir makes for itself on Kafka; -1: the broker's default.replication.factor", Kind::kInteger},
      {"num.standby.replicas", "0", "Servers that keep a copy of each task's state besides the one that runs it", Kind::kInteger},
      {"num.threads", "0", "Worker threads that run queries; 0: one for each core", Kind::kInteger},
      {"metadata.max.age.ms", "30000", "How often a server looks whether the topics that its queries use are still there and have as many partitions as before", Kind::kInteger},
      {"max.task.idle.ms", "0", "How long a join with rows of one side waits for the other's, once all that was there has been read, before it goes on without", Kind::kInteger, {}, true},
      {"new.query.planner.enabled", "false", "Order the key columns of a sink as the select list does", Kind::kBoolean, {}, true},
      {"output.topic.name.prefix", "", "Put before the name of a sink's topic where KAFKA_TOPIC is not given", Kind::kText, {}, true},
      {"persistence.default.format.key", "KAFKA", "KEY_FORMAT of statements that don't give one", Kind::kText, {}, true},
      {"persistence.default.format.value", "", "VALUE_FORMAT of statements that don't give one", Kind::kText, {}, true},
      {"persistence.wrap.single.values", "", "Whether a single value column is written as a record with one field", Kind::kText, {"", "true", "false"}, true},
      {"processing.guarantee", "exactly_once_v2", "exactly_once_v2, or at_least_once: on Kafka, a crash may write records again", Kind::kChoice, {"exactly_once_v2", "exactly_once", "at_least_once"}},
      {"query.persistent.max.bytes", "268435456", "Memory for the state of one query: write-back caches and resident windows, shared by its tasks", Kind::kInteger},
      {"schema.registry.basic.auth.credentials.source", "", "Where the Schema Registry's user comes from: USER_INFO (schema.registry.basic.auth.user.info) or URL (user:password@ in schema.registry.url); empty: the first of them that is given", Kind::kChoice, {"", "USER_INFO", "URL"}},
      {"schema.registry.basic.auth.user.info", "", "user:password of the Schema Registry", Kind::kText, {}, false, true},
      {"schema.registry.bearer.auth.credentials.source", "", "STATIC_TOKEN: schema.registry.bearer.auth.token is sent, which also is so without this property", Kind::kChoice, {"", "STATIC_TOKEN"}},
      {"schema.registry.bearer.auth.token", "", "Bearer token for the Schema Registry", Kind::kText, {}, false, true},
      {"schema.registry.ssl.ca.location", "", "The same as schema.registry.ssl.truststore.location"},
      {"schema.registry.ssl.key.location", "", "Private key of the client's certificate, PEM; empty: it is in the keystore"},
      {"schema.registry.ssl.key.password", "", "Password of the private key", Kind::kText, {}, false, true},
      {"schema.registry.ssl.keystore.location", "", "The client's certificate and private key for the Schema Registry, PEM or PKCS12"},
      {"schema.registry.ssl.keystore.password", "", "Password of the keystore", Kind::kText, {}, false, true},
      {"schema.registry.ssl.keystore.type", "", "Taken for ksqlDB's sake; the file itself tells its type", Kind::kChoice, {"", "PEM", "PKCS12", "JKS"}},
      {"schema.registry.ssl.truststore.location", "", "PEM file of the certificates that sign the Schema Registry's; empty: ssl.truststore.location or ssl.ca.location, and without them the system's"},
      {"schema.registry.ssl.truststore.password", "", "Taken for ksqlDB's sake; a PEM file has none", Kind::kText, {}, false, true},
      {"schema.registry.ssl.truststore.type", "", "Taken for ksqlDB's sake; the file must be PEM", Kind::kChoice, {"", "PEM", "PKCS12", "JKS"}},
      {"schema.registry.ssl.verify", "true", "Verify the Schema Registry's certificate", Kind::kBoolean},
      {"schema.registry.url", "", "The Schema Registry's addresses, several separated by commas; empty: the embedded registry"},
      {"service.id", "default_", "Name of the service: prefix of its internal topics and groups"},
      {"sink.partitions", "", "PARTITIONS of sinks that don't give them; empty: as the source has", Kind::kText, {}, true},
      {"sink.replicas", "", "REPLICAS of sinks that don't give them; empty: as the source has", Kind::kText, {}, true},
      {"state.cache.max.bytes", "536870912", "Memory for the state of all queries of the process together", Kind::kInteger},
      {"state.dir", "", "Folder of the state stores; empty: state/ in data.dir"},
      {"timestamp.throw.on.invalid", "false", "End a query (state ERROR) on a record whose time is negative or can't be read, instead of skipping the record", Kind::kBoolean, {}, true},
  };
  return definitions;
}

namespace {

bool starts_with(const std::string& text, const std::string& prefix) { return text.compare(0, prefix.size(), prefix) == 0; }

bool is_kafka_client_property(const std::string& name) {
  return starts_with(name, "kafka.") || starts_with(name, "security.") || starts_with(name, "sasl.") || starts_with(name, "ssl.");
}

void check_value(const PropertyDefinition& definition, const std::string& value) {
  using Kind = PropertyDefinition::Kind;
  const auto refuse = [&](const std::string& expected) {
    throw std::invalid_argument("Property '" + definition.name + "' can't be '" + (definition.secret ? "***" : value) + "': expected " + expected + ".");
  };
  if (definition.kind == Kind::kInteger) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < 0) refuse("a whole number of at least 0");
  } else if (definition.kind == Kind::kBoolean) {
    if (value != "true" && value != "false") refuse("true or false");
  } else if (!definition.choices.empty() &&
             std::find(definition.choices.begin(), definition.choices.end(), value) == definition.choices.end()) {
    std::string list;
    for (const std::string& choice : definition.choices) {
      if (!choice.empty()) list += (list.empty() ? "" : ", ") + choice;
    }
    refuse("one of " + list);
  }
}

[[noreturn]] void refuse_unknown(const std::string& name) {
  std::vector<std::string> names;
  for (const PropertyDefinition& definition : property_definitions()) names.push_back(definition.name);
  const auto nearest = nearest_name(Config::canonical_name(name), names);
  throw std::invalid_argument("Unknown property '" + name + "'." + (nearest ? " Did you mean '" + *nearest + "'?" : "") +
                              " SHOW PROPERTIES lists what exists.");
}

}  // namespace

std::string Config::canonical_name(const std::string& name) {
  std::string canonical = name;
  // The longest prefix first. Names that begin with "ksql." themselves don't exist without one.
  for (const char* prefix : {"ksql.streams.", "ksql."}) {
    if (!starts_with(name, prefix)) continue;
    canonical = name.substr(std::string(prefix).size());
    break;
  }
  return canonical == "num.stream.threads" ? "num.threads" : canonical;
}

const PropertyDefinition* Config::find(const std::string& name) {
  const std::string canonical = canonical_name(name);
  for (const PropertyDefinition& definition : property_definitions()) {
    if (definition.name == canonical) return &definition;
  }
  return nullptr;
}

void Config::set(const std::string& name, const std::string& value) {
  const std::string resolved = resolve_references(value);
  if (const PropertyDefinition* definition = find(name)) {
    check_value(*definition, resolved);
    values_[definition->name] = resolved;
  } else if (is_kafka_client_property(canonical_name(name))) {
    values_[canonical_name(name)] = resolved;
  } else {
    refuse_unknown(name);
  }
}

void Config::load_file(const std::string& path) {
  read_properties_file(path, [this](const std::string& name, const std::string& value) { set(name, value); });
}

std::string Config::get(const std::string& name) const {
  const auto found = values_.find(name);
  if (found != values_.end()) return found->second;
  const PropertyDefinition* definition = find(name);
  return definition != nullptr ? definition->default_value : std::string();
}

int64_t Config::get_int(const std::string& name) const { return std::stoll(get(name)); }
bool Config::get_bool(const std::string& name) const { return get(name) == "true"; }

std::map<std::string, std::string> Config::kafka_properties() const {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : values_) {
    if (starts_with(name, "kafka.")) {
      out[name.substr(6)] = value;
    } else if (is_kafka_client_property(name)) {
      out[name] = value;
    }
  }
  return out;
}

void Config::check_session_property(const std::string& name, const std::string& value) {
  const PropertyDefinition* definition = find(name);
  if (definition == nullptr) refuse_unknown(name);
  if (!definition->session) {
    throw std::invalid_argument("Property '" + definition->name + "' belongs to the whole process and can't be changed while it runs. Give it with --config.");
  }
  check_value(*definition, value);
}

bool Config::is_secret(const std::string& name) {
  const PropertyDefinition* definition = find(name);
  return (definition != nullptr && definition->secret) || sql::is_secret_property(name);
}

}  // namespace weir
