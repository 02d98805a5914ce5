// The user's Kafka properties as librdkafka wants them, with Weir's defaults below and what the log relies on above.
// Takes librdkafka's own names and those of Java clients. Owned by the log; immutable, any thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/log/kafka_ptr.h"
#include "storage/log/log.h"

namespace weir::log {

enum class KafkaRole { kAdmin, kReader, kProducer };

class KafkaProperties {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  // Throws LogError::kInvalid naming the property that doesn't exist or can't have its value.
  explicit KafkaProperties(const KafkaLogOptions& options);

  // A configuration for one handle: defaults, `defaults`, the user's properties, `fixed`; each may replace the one
  // before.
  KafkaConf make_conf(KafkaRole role, const Settings& defaults, const Settings& fixed) const;

  const std::string& bootstrap_servers() const { return bootstrap_servers_; }
  // What the user should know: properties that have no effect here. Without values.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // `text` with every secret value blotted out; for all that librdkafka or a broker says.
  std::string redact(std::string text) const;

 private:
  void add(const std::string& name, const std::string& value);
  void add_plain(KafkaRole* only_role, const std::string& name, const std::string& value);
  void add_jaas(const std::map<std::string, std::string>& given);
  void add_java_stores(const std::map<std::string, std::string>& properties);
  void set(KafkaRole* only_role, const std::string& name, const std::string& value, const std::string& as_given);
  void warn(const std::string& name, const std::string& why);
  void check() const;

  std::string bootstrap_servers_;
  std::map<std::string, std::string> common_;
  std::map<KafkaRole, std::map<std::string, std::string>> by_role_;
  std::map<std::string, std::string> given_as_;  // librdkafka's name → the one that the user wrote
  std::vector<std::string> warnings_;
  std::set<std::string, std::greater<>> secrets_;
};

}  // namespace weir::log
