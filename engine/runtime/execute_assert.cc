// ASSERT TOPIC and ASSERT SCHEMA: wait until something is as stated, or say how it is.
#include <chrono>
#include <functional>
#include <thread>

#include "engine/runtime/statement_executor.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {

constexpr int64_t kDefaultTimeoutMs = 1000;
constexpr std::chrono::milliseconds kPollInterval{20};

// Asks until nothing differs or the time is over: the last difference, empty for none.
std::string wait_until_equal(const std::optional<sql::Duration>& timeout,
                             const std::function<std::string()>& difference) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout ? timeout->millis() : kDefaultTimeoutMs);
  while (true) {
    std::string found = difference();
    if (found.empty() || std::chrono::steady_clock::now() >= deadline) return found;
    std::this_thread::sleep_for(kPollInterval);
  }
}

}  // namespace

StatementResult StatementExecutor::execute(const sql::AssertTopic& s) {
  std::vector<std::pair<std::string, int64_t>> wanted;
  for (const sql::Property& property : s.properties) {
    if (property.name != "PARTITIONS" && property.name != "REPLICAS") {
      refuse("ASSERT TOPIC compares PARTITIONS and REPLICAS, not " + property.name + ".", property.pos);
    }
    const bool number =
        property.value->kind == sql::ExprKind::kInteger || property.value->kind == sql::ExprKind::kBigint;
    if (!number)
      refuse(property.name + " needs a whole number, not " + sql::to_sql(*property.value) + ".", property.pos);
    wanted.emplace_back(property.name, static_cast<const sql::IntegerLiteral&>(*property.value).value);
  }
  const std::string difference = wait_until_equal(s.timeout, [&]() -> std::string {
    const auto topic = engine_.services_.log->describe_topic(s.topic);
    if (!s.exists) return topic ? "The topic " + s.topic + " exists." : "";
    if (!topic) return "The topic " + s.topic + " does not exist.";
    for (const auto& [name, value] : wanted) {
      const int64_t actual = name == "PARTITIONS" ? topic->config.partitions : topic->config.replicas;
      if (actual != value) {
        return "The topic " + s.topic + " has " + name + "=" + std::to_string(actual) + ", not " +
               std::to_string(value) + ".";
      }
    }
    return "";
  });
  if (!difference.empty()) refuse("ASSERT TOPIC failed: " + difference);
  StatementResult result;
  result.message = "Topic " + s.topic + (s.exists ? " exists" : " does not exist");
  return result;
}

StatementResult StatementExecutor::execute(const sql::AssertSchema& s) {
  SchemaRegistry* registry = engine_.services_.tasks.registry.get();
  if (!registry) refuse("ASSERT SCHEMA needs a Schema Registry: set ksql.schema.registry.url.");
  const std::string what = std::string("schema with") + (s.subject ? " subject name " + *s.subject : "") +
                           (s.id ? " id " + std::to_string(*s.id) : "");
  const std::string difference = wait_until_equal(s.timeout, [&]() -> std::string {
    bool found = false;
    try {
      if (s.subject && s.id) {
        const auto latest = registry->latest(*s.subject);
        for (int version = latest ? latest->version : 0; version > 0 && !found; --version) {
          const auto schema = registry->schema_version(*s.subject, version);
          found = schema && schema->id == *s.id;
        }
      } else if (s.subject) {
        found = registry->latest(*s.subject).has_value();
      } else {
        registry->schema_by_id(static_cast<int>(*s.id));
        found = true;
      }
    } catch (const SchemaRegistryError& e) {
      if (e.kind() != SchemaRegistryError::Kind::kNotFound) throw;
    }
    if (found == s.exists) return "";
    return s.exists ? "There is no " + what + "." : "There is a " + what + ".";
  });
  if (!difference.empty()) refuse("ASSERT SCHEMA failed: " + difference);
  StatementResult result;
  result.message = "S" + what.substr(1) + (s.exists ? " exists" : " does not exist");
  return result;
}

}  // namespace weir
