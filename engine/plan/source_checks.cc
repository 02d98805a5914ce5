#include "engine/plan/source_checks.h"

#include <stdexcept>

#include "engine/functions/date_pattern.h"
#include "engine/plan/messages.h"
#include "engine/sql/parser.h"

namespace weir {

namespace {

std::string kind_word(sql::SourceKind kind) { return kind == sql::SourceKind::kStream ? "stream" : "table"; }

// The columns of `before` that aren't at the same place, with the same name and type, in `after`; "" when all are.
std::string changed_columns(const std::vector<FormatColumn>& before, const std::vector<FormatColumn>& after,
                            const char* marker) {
  std::string out;
  for (size_t i = 0; i < before.size(); ++i) {
    if (i < after.size() && before[i].name == after[i].name && same_type(before[i].type, after[i].type)) continue;
    out += (out.empty() ? "`" : ", `") + before[i].name + "` " + before[i].type->to_string() + marker;
  }
  return out;
}

}  // namespace

void check_source_name(const Catalog& catalog, const sql::Identifier& name, sql::SourceKind kind, bool or_replace,
                       bool read_only, bool if_not_exists) {
  const SourcePtr existing = catalog.find_source(name.name);
  if (!existing) return;
  const std::string what = "Cannot add " + kind_word(kind) + " '" + name.name + "': ";
  if (!or_replace) {
    if (if_not_exists) return;
    refuse(what + "a " + kind_word(existing->kind) +
               " with the same name already exists. DROP it first, write CREATE OR REPLACE, "
               "or take another name.",
           name.pos);
  }
  if (existing->kind != kind) {
    refuse(what + "the existing '" + name.name + "' is a " + kind_word(existing->kind) + ".", name.pos);
  }
  if (read_only || existing->read_only) {
    refuse(what + "CREATE OR REPLACE is not possible for SOURCE " + kind_word(kind) + "s. DROP it first.", name.pos);
  }
}

void check_replacement(const Source& existing, const Source& replacement, const sql::Position& pos) {
  const std::string what = "'" + existing.name + "' can't be replaced: ";
  if (existing.topic != replacement.topic) {
    refuse(what + "its topic is '" + existing.topic + "', not '" + replacement.topic + "'.", pos);
  }
  const auto keys = columns_of_role(existing, SourceColumn::Role::kKey);
  const auto new_keys = columns_of_role(replacement, SourceColumn::Role::kKey);
  if (const std::string changed = changed_columns(keys, new_keys, " KEY");
      !changed.empty() || keys.size() != new_keys.size()) {
    refuse(what + "its key columns must stay as they are" +
               (changed.empty() ? "" : ", but these are changed, missing or in another place: ") + changed + ".",
           pos);
  }
  const auto values = columns_of_role(existing, SourceColumn::Role::kValue);
  const auto new_values = columns_of_role(replacement, SourceColumn::Role::kValue);
  if (const std::string changed = changed_columns(values, new_values, ""); !changed.empty()) {
    refuse(what + "these columns are changed, missing or in another place: " + changed +
               ". Columns may only be added at the end.",
           pos);
  }
  if (existing.key_format.kind != replacement.key_format.kind ||
      existing.value_format.kind != replacement.value_format.kind) {
    refuse(what + "its key format " + format_name(existing.key_format.kind) + " and value format " +
               format_name(existing.value_format.kind) + " must stay as they are.",
           pos);
  }
}

void bind_timestamp(const WithClause& with, Source& source) {
  const auto name = with.column_name("TIMESTAMP");
  const auto format = with.text("TIMESTAMP_FORMAT");
  if (!name) {
    if (format) refuse("TIMESTAMP_FORMAT needs a TIMESTAMP column.", with.position("TIMESTAMP_FORMAT"));
    return;
  }
  const sql::Position& pos = with.position("TIMESTAMP");
  const SourceColumn* column = source.find_column(*name);
  if (!column) {
    std::vector<std::string> names;
    for (const SourceColumn& candidate : source.columns) names.push_back(candidate.name);
    refuse("The TIMESTAMP column '" + *name + "' is not a column of " + source.name + "." + suggestion(*name, names),
           pos);
  }
  const TypeKind kind = column->type->kind();
  const bool header = column->role == SourceColumn::Role::kHeader || column->role == SourceColumn::Role::kHeaders;
  if (header || (kind != TypeKind::kBigint && kind != TypeKind::kTimestamp && kind != TypeKind::kString)) {
    refuse("The TIMESTAMP column '" + *name + "' is " + column->type->to_string() +
               ": it must be BIGINT (milliseconds), TIMESTAMP, or STRING with a TIMESTAMP_FORMAT.",
           pos);
  }
  if (kind == TypeKind::kString && !format) {
    refuse("The TIMESTAMP column '" + *name + "' is STRING: give the TIMESTAMP_FORMAT of its text.", pos);
  }
  if (kind != TypeKind::kString && format) {
    refuse("TIMESTAMP_FORMAT is for a STRING column, but '" + *name + "' is " + column->type->to_string() + ".",
           with.position("TIMESTAMP_FORMAT"));
  }
  if (format) {
    try {
      DatePattern{*format};
    } catch (const std::invalid_argument& error) {
      refuse("The TIMESTAMP_FORMAT of '" + *name + "' can't be used: " + error.what() + ".",
             with.position("TIMESTAMP_FORMAT"));
    }
  }
  source.timestamp_column = *name;
  source.timestamp_format = format.value_or("");
}

TopicNeed read_topic(const WithClause& with, const std::string& topic) {
  TopicNeed out;
  out.topic = topic;
  if (const auto count = with.integer("PARTITIONS", 1)) out.partitions = static_cast<int32_t>(*count);
  if (const auto count = with.integer("REPLICAS", 1)) out.replicas = static_cast<int16_t>(*count);
  if (const auto millis = with.integer("RETENTION_MS", -1)) out.retention_ms = *millis;
  if (const auto policy = with.text("CLEANUP_POLICY")) {
    if (*policy != "delete" && *policy != "compact" && *policy != "compact,delete" && *policy != "delete,compact") {
      refuse("CLEANUP_POLICY must be 'delete', 'compact' or 'compact,delete', not '" + *policy + "'.",
             with.position("CLEANUP_POLICY"));
    }
    out.cleanup_policy = *policy;
  }
  return out;
}

void check_partitions(const WithClause& with, const TopicNeed& need, const BindContext& context) {
  if (!context.topic_partitions) return;
  const auto existing = context.topic_partitions(need.topic);
  if (existing && with.has("PARTITIONS") && *existing != *need.partitions) {
    refuse("The topic '" + need.topic + "' exists with " + std::to_string(*existing) + " partitions, not " +
               std::to_string(*need.partitions) + ". Leave PARTITIONS out or take another topic.",
           with.position("PARTITIONS"));
  }
}

std::vector<FormatColumn> columns_of_role(const Source& source, SourceColumn::Role role) {
  std::vector<FormatColumn> out;
  for (const SourceColumn& column : source.columns) {
    if (column.role == role) out.push_back({column.name, column.type});
  }
  return out;
}

}  // namespace weir
