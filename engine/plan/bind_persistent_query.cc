// CREATE STREAM … AS, INSERT INTO … SELECT and SELECT … EMIT CHANGES.
#include <algorithm>

#include "engine/plan/bind_error_policy.h"
#include "engine/plan/bind_ttl.h"
#include "engine/plan/cast_rules.h"
#include "engine/plan/logical_plan.h"
#include "engine/plan/messages.h"
#include "engine/plan/place_ttl.h"
#include "engine/plan/source_checks.h"
#include "engine/plan/source_formats.h"
#include "engine/sql/formatter.h"
#include "engine/sql/parser.h"
#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {

namespace {

bool uses_new_planner(const BindContext& context) {
  return session_property(context, "ksql.new.query.planner.enabled", "false") == "true";
}

QueryPurpose persistent_purpose(const std::string& sink, const BindContext& context) {
  const bool new_planner = uses_new_planner(context);
  return {true, sink, !new_planner, !new_planner};
}

std::vector<FormatColumn> result_columns(const LogicalQuery& query, bool key) {
  std::vector<FormatColumn> out;
  for (const LogicalColumn& column : query.columns) {
    if (column.key == key) out.push_back({column.name, column.type});
  }
  return out;
}

std::string columns_text(const std::vector<FormatColumn>& keys, const std::vector<FormatColumn>& values) {
  std::vector<std::string> out;
  for (const FormatColumn& column : keys) out.push_back("`" + column.name + "` " + column.type->to_string() + " KEY");
  for (const FormatColumn& column : values) out.push_back("`" + column.name + "` " + column.type->to_string());
  std::string text;
  for (const std::string& column : out) text += (text.empty() ? "" : ", ") + column;
  return text;
}

// KEY_SCHEMA_ID, VALUE_SCHEMA_ID: the registered schema must begin with the result's columns.
void check_schema_id_columns(const FormatSpec& spec, bool is_key, const std::string& topic,
                             const std::vector<FormatColumn>& columns, const BindContext& context,
                             const sql::Position& pos) {
  if (!spec.schema_id) return;
  const std::vector<FormatColumn> registered = infer_side(spec, is_key, topic, context, pos);
  for (size_t i = 0; i < columns.size(); ++i) {
    const bool same = i < registered.size() && registered[i].name == columns[i].name &&
                      same_type(registered[i].type, columns[i].type);
    if (same) continue;
    refuse(std::string("The ") + (is_key ? "key" : "value") + " column `" + columns[i].name + "` " +
               columns[i].type->to_string() + " is changed, missing or in another place in the registered schema " +
               std::to_string(*spec.schema_id) + ", which has " + columns_text({}, registered) + ".",
           pos);
  }
}

std::optional<int32_t> count_property(const BindContext& context, const std::string& name, const sql::Position& pos) {
  const std::string text = session_property(context, name, "");
  if (text.empty()) return std::nullopt;
  const auto count = parse_int(text);
  if (!count || *count < 1)
    refuse("The property '" + name + "' needs a whole number above 0, not '" + text + "'.", pos);
  return count;
}

TopicNeed bind_sink_topic(const WithClause& with, const sql::Identifier& name, const Source& first,
                          const BindContext& context) {
  const std::string topic =
      with.text("KAFKA_TOPIC").value_or(session_property(context, "ksql.output.topic.name.prefix", "") + name.name);
  if (topic.empty()) refuse("KAFKA_TOPIC can't be empty.", with.position("KAFKA_TOPIC"));
  TopicNeed need = read_topic(with, topic);
  check_partitions(with, need, context);
  if (!need.partitions) {
    if (const auto count = count_property(context, "ksql.sink.partitions", name.pos)) {
      need.partitions = *count;
    } else if (context.topic_partitions) {
      // A topic that is there is taken as it is; a new one is like the first source's.
      need.partitions = context.topic_partitions(topic);
      if (!need.partitions) need.partitions = context.topic_partitions(first.topic);
    }
  }
  if (!with.has("REPLICAS")) {
    if (const auto count = count_property(context, "ksql.sink.replicas", name.pos)) {
      need.replicas = static_cast<int16_t>(*count);
    } else if (context.topic_replicas) {
      need.replicas = context.topic_replicas(first.topic).value_or(1);
    }
  }
  return need;
}

SinkSpec sink_of(const Source& source) {
  SinkSpec sink;
  sink.source = source.name;
  sink.topic = source.topic;
  sink.key_format = source.key_format;
  sink.value_format = source.value_format;
  sink.key_columns = columns_of_role(source, SourceColumn::Role::kKey);
  sink.value_columns = columns_of_role(source, SourceColumn::Role::kValue);
  sink.timestamp_column = source.timestamp_column;
  sink.timestamp_format = source.timestamp_format;
  sink.window = source.window;
  return sink;
}

void check_query_id(const std::string& id, const BindContext& context, const sql::Position& pos) {
  const bool plain =
      !id.empty() && std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  if (!plain) refuse("QUERY_ID may have letters, digits and '_' only, not '" + id + "'.", pos);
  if (context.catalog->find_query(id)) refuse("There is a query '" + id + "' already. Take another QUERY_ID.", pos);
}

sql::ExprPtr cast_expression(const sql::ExprPtr& e, const Type& type) {
  auto cast = std::make_shared<sql::Cast>();
  cast->operand = e;
  cast->type = sql::parse_type_name(type.to_string());
  cast->pos = e->pos;
  return cast;
}

void check_result_kind(const LogicalQuery& query, const sql::CreateSourceAs& statement) {
  const bool wants_table = statement.kind == sql::SourceKind::kTable;
  if (query.table == wants_table) return;
  refuse(std::string("The query's result is a ") + (query.table ? "TABLE" : "STREAM") + ": write CREATE " +
             (query.table ? "TABLE " : "STREAM ") + sql::quote_identifier(statement.name.name) + " AS SELECT …",
         statement.name.pos);
}

// Whether a number that is written out in the query is one of the DECIMAL type's, digit by digit.
bool literal_fits(const sql::Expr& expression, const Type& decimal) {
  std::string text;
  switch (expression.kind) {
    case sql::ExprKind::kInteger:
    case sql::ExprKind::kBigint:
      text = std::to_string(static_cast<const sql::IntegerLiteral&>(expression).value);
      break;
    case sql::ExprKind::kDecimal:
      text = static_cast<const sql::DecimalLiteral&>(expression).text;
      break;
    case sql::ExprKind::kDouble:
      text = static_cast<const sql::DoubleLiteral&>(expression).text;
      break;
    default:
      return false;
  }
  int scale = 0;
  const auto unscaled = parse_decimal(text, &scale);
  if (!unscaled || scale > decimal.scale()) return false;
  const auto whole = rescale(*unscaled, scale, decimal.scale());
  return whole && decimal_fits(*whole, decimal.precision());
}

// Which values a stream takes from a query without a CAST: those of its column's type, narrower DECIMALs, and numbers
// written out.
bool fits_column(const LogicalColumn& column, const Type& wanted) {
  const TypeKind kind = column.type->kind();
  if (*column.type == wanted || kind == TypeKind::kNull) return true;
  if (wanted.kind() != TypeKind::kDecimal) return false;
  return (kind == TypeKind::kDecimal && implicit_cast_exists(*column.type, wanted)) ||
         literal_fits(*column.expression, wanted);
}

// The result's columns must be those of the stream, in order, and of their types.
void fit_to_target(LogicalQuery& query, const Source& target, const sql::Position& pos) {
  const auto keys = columns_of_role(target, SourceColumn::Role::kKey),
             values = columns_of_role(target, SourceColumn::Role::kValue);
  std::vector<FormatColumn> wanted = keys;
  wanted.insert(wanted.end(), values.begin(), values.end());
  bool fits = wanted.size() == query.columns.size();
  for (size_t i = 0; fits && i < wanted.size(); ++i) {
    LogicalColumn& column = query.columns[i];
    fits = column.name == wanted[i].name && column.key == (i < keys.size()) && fits_column(column, *wanted[i].type);
    if (fits && !same_type(column.type, wanted[i].type)) {
      column.expression = cast_expression(column.expression, *wanted[i].type);
      column.type = wanted[i].type;
    }
  }
  if (!fits) {
    refuse("The query's columns don't fit '" + target.name + "': they are " +
               columns_text(result_columns(query, true), result_columns(query, false)) + ", but it has " +
               columns_text(keys, values) + ". Names, order and types must agree; CAST what is of another type.",
           pos);
  }
  if (!(query.window == target.window)) {
    refuse("The query's key and that of '" + target.name + "' must have the same window.", pos);
  }
}

}  // namespace

BoundPersistentQuery bind_create_source_as(const sql::CreateSourceAs& statement, const BindContext& context) {
  const sql::Position& pos = statement.name.pos;
  check_source_name(*context.catalog, statement.name, statement.kind, statement.or_replace, false,
                    statement.if_not_exists);
  const WithClause with(statement.properties, create_source_as_properties());
  const LogicalQuery query = bind_query(*statement.query, persistent_purpose(statement.name.name, context), context);
  check_result_kind(query, statement);
  const Source& first = *query.scope.sources()[0].source;

  Source sink;
  sink.kind = statement.kind;
  sink.name = statement.name.name;
  for (const LogicalColumn& column : query.columns) {
    sink.columns.push_back(
        {column.name, column.type, column.key ? SourceColumn::Role::kKey : SourceColumn::Role::kValue, {}});
  }
  sink.window = query.window;
  const auto keys = result_columns(query, true), values = result_columns(query, false);
  SourceFormats formats = sink_formats(with, first, !keys.empty(), context, pos);
  name_key_schema(sink.name, formats.key);
  apply_wrapping(with, values.size(), context, formats.value);
  sink.key_format = formats.key;
  sink.value_format = formats.value;
  TopicNeed topic = bind_sink_topic(with, statement.name, first, context);
  if (query.table && !query.window && !topic.cleanup_policy) topic.cleanup_policy = "compact";
  sink.topic = topic.topic;
  check_columns(sink.key_format, true, sink.topic, keys, context, pos);
  check_columns(sink.value_format, false, sink.topic, values, context, pos);
  check_schema_id_columns(sink.key_format, true, sink.topic, keys, context, pos);
  check_schema_id_columns(sink.value_format, false, sink.topic, values, context, pos);
  bind_timestamp(with, sink);
  sink.ttl_ms = bind_ttl(with, sink.kind, sink.window.has_value());
  const SourcePtr existing = context.catalog->find_source(sink.name);
  if (existing && statement.or_replace) check_replacement(*existing, sink, pos);

  BoundPersistentQuery out;
  out.plan = plan_query(query, context);
  place_ttl(out.plan, sink.ttl_ms);
  out.plan.sink = sink_of(sink);
  out.plan.errors = bind_query_errors(with, out.plan);
  out.sources = sources_of(query);
  out.topic = topic;
  // A replaced query goes on under its id, unless it was terminated: then nothing of it is left.
  const bool goes_on = existing && existing->query && context.catalog->find_query(*existing->query);
  out.query_id = goes_on ? *existing->query : context.make_query_id(query.table ? "CTAS" : "CSAS", sink.name);
  sink.query = out.query_id;
  out.sink = std::move(sink);
  return out;
}

BoundPersistentQuery bind_insert_into(const sql::InsertInto& statement, const BindContext& context) {
  const sql::Position& pos = statement.target.pos;
  const SourcePtr target = context.catalog->find_source(statement.target.name);
  if (!target) {
    refuse("There is no stream '" + statement.target.name + "'." +
               suggestion(statement.target.name, context.catalog->source_names()),
           pos);
  }
  if (target->kind == sql::SourceKind::kTable) {
    refuse("INSERT INTO … SELECT writes streams, but '" + target->name + "' is a table.", pos);
  }
  if (target->read_only)
    refuse("Cannot insert into read-only stream: " + target->name + ". It was made by CREATE SOURCE STREAM.", pos);
  for (const SourceColumn& column : target->columns) {
    if (column.role == SourceColumn::Role::kHeader || column.role == SourceColumn::Role::kHeaders) {
      refuse("Cannot insert into '" + target->name + "': its column `" + column.name +
                 "` comes from the records' headers.",
             pos);
    }
  }
  const WithClause with(statement.properties, {"QUERY_ID", "ON_ERROR", "DEAD_LETTER_TOPIC", "LATE_TOPIC"});
  const auto id = with.text("QUERY_ID");
  if (id) check_query_id(*id, context, with.position("QUERY_ID"));
  LogicalQuery query = bind_query(*statement.query, persistent_purpose(target->name, context), context);
  if (query.table) {
    refuse("INSERT INTO … SELECT writes streams, but the query's result is a TABLE.", pos);
  }
  fit_to_target(query, *target, pos);

  BoundPersistentQuery out;
  out.plan = plan_query(query, context);
  place_ttl(out.plan, std::nullopt);
  out.plan.sink = sink_of(*target);
  out.plan.errors = bind_query_errors(with, out.plan);
  out.sources = sources_of(query);
  out.query_id = id ? *id : context.make_query_id("INSERTQUERY", "");
  return out;
}

BoundPushQuery bind_push_query(const sql::Query& query, const BindContext& context) {
  const LogicalQuery logical = bind_query(query, {}, context);
  PhysicalPlan plan = plan_query(logical, context);
  place_ttl(plan, std::nullopt, true);
  return {std::move(plan), sources_of(logical)};
}

}  // namespace weir
