#include "engine/plan/with_clause.h"

#include <algorithm>

#include "engine/plan/messages.h"
#include "engine/types/text.h"

namespace weir {

namespace {

// Leaves room to add times to it.
constexpr int64_t kLongestDurationMs = int64_t{1000} * 366 * 24 * 60 * 60 * 1000;

std::string upper_text(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

[[noreturn]] void refuse_property(const sql::Property& property, const std::string& wanted) {
  refuse("The property " + property.name + " needs " + wanted + ".",
         property.value ? property.value->pos : property.pos);
}

}  // namespace

WithClause::WithClause(const sql::Properties& properties, const std::vector<std::string>& allowed) {
  for (const sql::Property& property : properties) {
    const std::string name = upper_text(property.name);
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      refuse("There is no property '" + property.name + "' in this WITH clause." + suggestion(name, allowed),
             property.pos);
    }
    if (!properties_.emplace(name, &property).second) refuse("The property " + name + " is given twice.", property.pos);
  }
}

std::optional<std::string> WithClause::text(const std::string& name) const {
  const auto found = properties_.find(name);
  if (found == properties_.end()) return std::nullopt;
  if (found->second->value->kind != sql::ExprKind::kString) refuse_property(*found->second, "a text in quotes");
  return static_cast<const sql::StringLiteral&>(*found->second->value).value;
}

std::optional<int64_t> WithClause::integer(const std::string& name, int64_t least) const {
  const auto found = properties_.find(name);
  if (found == properties_.end()) return std::nullopt;
  const sql::Expr& value = *found->second->value;
  std::optional<int64_t> out;
  if (value.kind == sql::ExprKind::kInteger || value.kind == sql::ExprKind::kBigint) {
    out = static_cast<const sql::IntegerLiteral&>(value).value;
  } else if (value.kind == sql::ExprKind::kString) {
    out = parse_bigint(static_cast<const sql::StringLiteral&>(value).value);
  } else if (value.kind == sql::ExprKind::kUnary) {
    const auto& unary = static_cast<const sql::Unary&>(value);
    if (unary.operand->kind == sql::ExprKind::kInteger || unary.operand->kind == sql::ExprKind::kBigint) {
      const int64_t number = static_cast<const sql::IntegerLiteral&>(*unary.operand).value;
      out = unary.op == '-' ? -number : number;
    }
  }
  if (!out || *out < least) refuse_property(*found->second, "an integer, at least " + std::to_string(least));
  return out;
}

std::optional<int64_t> WithClause::duration(const std::string& name) const {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const size_t space = given->find(' ');
  const auto number = parse_bigint(given->substr(0, space));
  const size_t begin = space == std::string::npos ? space : given->find_first_not_of(' ', space);
  std::string unit = begin == std::string::npos ? "" : upper_text(given->substr(begin));
  if (!unit.empty() && unit.back() != 'S') unit += 'S';
  const int64_t millis = unit == "MILLISECONDS" ? 1
                         : unit == "SECONDS"    ? 1000
                         : unit == "MINUTES"    ? 60'000
                         : unit == "HOURS"      ? 3'600'000
                         : unit == "DAYS"       ? 86'400'000
                                                : 0;
  // A duration is read as part of the language, even though it stands in quotes.
  const auto refuse_text = [&](const std::string& message) {
    throw StatementError(StatementError::Kind::kSyntax, message + " Write it as in '10 SECONDS'.", position(name));
  };
  if (number && *number > 0 && !unit.empty() && millis == 0) {
    refuse_text(name + " '" + *given + "': there is no unit of time '" + unit + "'.");
  }
  if (!number || *number <= 0 || millis == 0) refuse_text("'" + *given + "' is no " + name + ".");
  if (*number > kLongestDurationMs / millis) refuse_text(name + " '" + *given + "' is longer than 1000 years.");
  return *number * millis;
}

std::optional<bool> WithClause::boolean(const std::string& name) const {
  const auto found = properties_.find(name);
  if (found == properties_.end()) return std::nullopt;
  const sql::Expr& value = *found->second->value;
  if (value.kind == sql::ExprKind::kBoolean) return static_cast<const sql::BooleanLiteral&>(value).value;
  if (value.kind == sql::ExprKind::kString) {
    const std::string word = upper_text(static_cast<const sql::StringLiteral&>(value).value);
    if (word == "TRUE" || word == "FALSE") return word == "TRUE";
  }
  refuse_property(*found->second, "true or false");
}

std::optional<std::string> WithClause::column_name(const std::string& name) const {
  const auto value = text(name);
  if (!value) return value;
  const bool quoted =
      value->size() >= 2 && (value->front() == '`' || value->front() == '"') && value->back() == value->front();
  return quoted ? value->substr(1, value->size() - 2) : upper_text(*value);
}

const std::vector<std::string>& create_source_properties() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out = create_source_as_properties();
    out.insert(out.end(), {"WINDOW_TYPE", "WINDOW_SIZE", "SOURCED_BY_CONNECTOR"});
    return out;
  }();
  return names;
}

const std::vector<std::string>& create_source_as_properties() {
  static const std::vector<std::string> names = {"KAFKA_TOPIC",
                                                 "FORMAT",
                                                 "KEY_FORMAT",
                                                 "VALUE_FORMAT",
                                                 "KEY_DELIMITER",
                                                 "VALUE_DELIMITER",
                                                 "PARTITIONS",
                                                 "REPLICAS",
                                                 "RETENTION_MS",
                                                 "CLEANUP_POLICY",
                                                 "TIMESTAMP",
                                                 "TIMESTAMP_FORMAT",
                                                 "WRAP_SINGLE_VALUE",
                                                 "KEY_SCHEMA_ID",
                                                 "VALUE_SCHEMA_ID",
                                                 "KEY_SCHEMA_FULL_NAME",
                                                 "VALUE_SCHEMA_FULL_NAME",
                                                 "VALUE_AVRO_SCHEMA_FULL_NAME",
                                                 "KEY_PROTOBUF_NULLABLE_REPRESENTATION",
                                                 "VALUE_PROTOBUF_NULLABLE_REPRESENTATION",
                                                 "ON_ERROR",
                                                 "DEAD_LETTER_TOPIC",
                                                 "LATE_TOPIC",
                                                 "TTL"};
  return names;
}

}  // namespace weir
