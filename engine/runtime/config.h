// What a process of Weir is configured with: `name=value` properties from --config, the command line and SET. ksqlDB's
// names are accepted with or without their `ksql.` and `ksql.streams.` prefixes. Immutable once the engine runs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct PropertyDefinition {
  std::string name;
  std::string default_value;
  std::string description;
  enum class Kind { kText, kInteger, kBoolean, kChoice } kind = Kind::kText;
  std::vector<std::string> choices;
  bool session = false;  // may be changed by SET for a session's statements
  bool secret = false;
};

// The one visible list.
const std::vector<PropertyDefinition>& property_definitions();

class Config {
 public:
  // Checks and stores; throws std::invalid_argument that names the property, the value, and the nearest known name.
  // Names of client settings of Kafka (security.*, sasl.*, ssl.*, and anything after "kafka.") are taken as they are.
  void set(const std::string& name, const std::string& value);
  // Properties file: name=value lines, # comments, ${env:NAME} and ${file:PATH:KEY} resolved. Throws with file and
  // line.
  void load_file(const std::string& path);

  std::string get(const std::string& name) const;  // the default when not set
  int64_t get_int(const std::string& name) const;
  bool get_bool(const std::string& name) const;
  const std::map<std::string, std::string>& overrides() const { return values_; }
  std::map<std::string, std::string> kafka_properties() const;

  // The name without ksqlDB's prefixes, lower-cased where the definitions say so; nullopt when unknown.
  static std::string canonical_name(const std::string& name);
  static const PropertyDefinition* find(const std::string& name);
  // Throws std::invalid_argument when `name` can't be changed by SET or ALTER SYSTEM, or the value doesn't fit.
  static void check_session_property(const std::string& name, const std::string& value);
  static bool is_secret(const std::string& name);

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace weir
