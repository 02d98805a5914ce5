// The physical plan as JSON: what the command log keeps. Names, not numbers, stand for enum values; a change of the
// form raises kPlanVersion, and older versions stay readable.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "engine/plan/binder.h"
#include "engine/plan/error_policy_json.h"
#include "engine/plan/place_ttl.h"
#include "engine/sql/parser.h"

namespace weir {

namespace {

using PlanJson = nlohmann::json;

// 2: joins have predicates, foreign keys several columns, projections properties of rows. 3: rows end (TTL).
constexpr int kPlanVersion = 3;
// A plan without a TTL can be run by a program that knows none.
constexpr int kPlanVersionWithoutTtl = 2;

template <typename T>
using Names = std::vector<std::pair<T, const char*>>;

const Names<PlanKind> kPlanKindNames = {{PlanKind::kSource, "source"},
                                        {PlanKind::kFilter, "filter"},
                                        {PlanKind::kProject, "project"},
                                        {PlanKind::kFlatMap, "flat_map"},
                                        {PlanKind::kRepartition, "repartition"},
                                        {PlanKind::kStreamJoin, "stream_join"},
                                        {PlanKind::kTable, "table"},
                                        {PlanKind::kAggregate, "aggregate"},
                                        {PlanKind::kStreamTableJoin, "stream_table_join"},
                                        {PlanKind::kTableJoin, "table_join"},
                                        {PlanKind::kForeignKeyJoin, "foreign_key_join"},
                                        {PlanKind::kForeignKeyLookup, "foreign_key_lookup"}};
const Names<sql::JoinType> kJoinTypeNames = {{sql::JoinType::kInner, "inner"},
                                             {sql::JoinType::kLeft, "left"},
                                             {sql::JoinType::kRight, "right"},
                                             {sql::JoinType::kFull, "full"}};
const Names<sql::WindowClause::Kind> kWindowKindNames = {{sql::WindowClause::Kind::kTumbling, "tumbling"},
                                                         {sql::WindowClause::Kind::kHopping, "hopping"},
                                                         {sql::WindowClause::Kind::kSession, "session"}};
const Names<SourceColumnRef::From> kColumnFromNames = {{SourceColumnRef::From::kKey, "key"},
                                                       {SourceColumnRef::From::kValue, "value"},
                                                       {SourceColumnRef::From::kHeaders, "headers"},
                                                       {SourceColumnRef::From::kHeader, "header"},
                                                       {SourceColumnRef::From::kRowTime, "rowtime"},
                                                       {SourceColumnRef::From::kRowPartition, "rowpartition"},
                                                       {SourceColumnRef::From::kRowOffset, "rowoffset"},
                                                       {SourceColumnRef::From::kWindowStart, "windowstart"},
                                                       {SourceColumnRef::From::kWindowEnd, "windowend"}};
const Names<sql::StartPosition::Kind> kStartNames = {{sql::StartPosition::Kind::kEarliest, "earliest"},
                                                     {sql::StartPosition::Kind::kLatest, "latest"},
                                                     {sql::StartPosition::Kind::kTimestamp, "timestamp"},
                                                     {sql::StartPosition::Kind::kOffset, "offset"}};

template <typename T>
const char* plan_name_of(const Names<T>& names, T value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  throw std::invalid_argument("INTERNAL: a plan has a value without a name");
}

template <typename T>
T plan_value_of(const Names<T>& names, const PlanJson& json) {
  const std::string text = json.get<std::string>();
  for (const auto& [value, name] : names) {
    if (text == name) return value;
  }
  throw std::invalid_argument("unknown word in a plan: " + text);
}

TypePtr plan_type(const PlanJson& json) {
  return resolve_type(*sql::parse_type_name(json.get<std::string>()), nullptr);
}

PlanJson plan_format_json(const FormatSpec& spec) {
  PlanJson json = {{"format", format_name(spec.kind)}, {"wrap", spec.wrap_single_value}};
  if (spec.kind == FormatKind::kDelimited) json["delimiter"] = spec.delimiter;
  if (spec.schema_id) json["schema_id"] = *spec.schema_id;
  if (!spec.schema_full_name.empty()) json["full_name"] = spec.schema_full_name;
  if (spec.protobuf_nullable != ProtobufNullable::kDefault) {
    json["nullable"] = protobuf_nullable_name(spec.protobuf_nullable);
  }
  return json;
}

FormatSpec plan_format(const PlanJson& json) {
  FormatSpec spec;
  const auto kind = format_from_name(json.at("format").get<std::string>());
  if (!kind) throw std::invalid_argument("unknown format in a plan: " + json.at("format").get<std::string>());
  spec.kind = *kind;
  spec.wrap_single_value = json.at("wrap");
  spec.delimiter = json.value("delimiter", spec.delimiter);
  if (json.contains("schema_id")) spec.schema_id = json.at("schema_id").get<int>();
  spec.schema_full_name = json.value("full_name", "");
  spec.protobuf_nullable = protobuf_nullable_from_name(json.value("nullable", "")).value_or(ProtobufNullable::kDefault);
  return spec;
}

PlanJson format_columns_json(const std::vector<FormatColumn>& columns) {
  PlanJson out = PlanJson::array();
  for (const FormatColumn& column : columns) out.push_back({{"name", column.name}, {"type", column.type->to_string()}});
  return out;
}

std::vector<FormatColumn> plan_format_columns(const PlanJson& json) {
  std::vector<FormatColumn> out;
  for (const PlanJson& column : json) out.push_back({column.at("name"), plan_type(column.at("type"))});
  return out;
}

PlanJson window_json(const WindowInfo& window) {
  return {{"kind", plan_name_of(kWindowKindNames, window.kind)}, {"size_ms", window.size_ms}};
}

std::optional<WindowInfo> plan_window(const PlanJson& json) {
  if (!json.contains("window")) return std::nullopt;
  const PlanJson& window = json.at("window");
  return WindowInfo{plan_value_of(kWindowKindNames, window.at("kind")), window.at("size_ms")};
}

PlanJson source_spec_json(const PlanNode::SourceSpec& spec) {
  PlanJson columns = PlanJson::array();
  for (const SourceColumnRef& ref : spec.columns) {
    PlanJson column = {{"from", plan_name_of(kColumnFromNames, ref.from)}, {"index", ref.index}};
    if (!ref.header_key.empty()) column["header"] = ref.header_key;
    columns.push_back(std::move(column));
  }
  PlanJson json = {{"source", spec.source},
                   {"topic", spec.topic},
                   {"source_kind", sql::source_kind_name(spec.source_kind)},
                   {"key_format", plan_format_json(spec.key_format)},
                   {"value_format", plan_format_json(spec.value_format)},
                   {"key_columns", format_columns_json(spec.key_columns)},
                   {"value_columns", format_columns_json(spec.value_columns)},
                   {"columns", columns}};
  if (!spec.timestamp_column.empty())
    json["timestamp"] = {{"column", spec.timestamp_column}, {"format", spec.timestamp_format}};
  if (spec.window) json["window"] = window_json(*spec.window);
  if (spec.start) {
    json["start"] = {{"at", plan_name_of(kStartNames, spec.start->kind)},
                     {"timestamp", spec.start->timestamp},
                     {"offset", spec.start->offset}};
  }
  put_error_policy(spec.errors, json);
  return json;
}

PlanNode::SourceSpec plan_source_spec(const PlanJson& json) {
  PlanNode::SourceSpec spec;
  spec.source = json.at("source");
  spec.topic = json.at("topic");
  spec.source_kind = json.at("source_kind") == "TABLE" ? sql::SourceKind::kTable : sql::SourceKind::kStream;
  spec.key_format = plan_format(json.at("key_format"));
  spec.value_format = plan_format(json.at("value_format"));
  spec.key_columns = plan_format_columns(json.at("key_columns"));
  spec.value_columns = plan_format_columns(json.at("value_columns"));
  for (const PlanJson& column : json.at("columns")) {
    spec.columns.push_back(
        {plan_value_of(kColumnFromNames, column.at("from")), column.at("index"), column.value("header", "")});
  }
  if (json.contains("timestamp")) {
    spec.timestamp_column = json.at("timestamp").at("column");
    spec.timestamp_format = json.at("timestamp").at("format");
  }
  spec.window = plan_window(json);
  if (json.contains("start")) {
    sql::StartPosition start;
    start.kind = plan_value_of(kStartNames, json.at("start").at("at"));
    start.timestamp = json.at("start").at("timestamp");
    start.offset = json.at("start").at("offset");
    spec.start = start;
  }
  spec.errors = error_policy_of(json);
  return spec;
}

const Names<RowProperty> kRowPropertyNames = {
    {RowProperty::kTime, "time"}, {RowProperty::kWindowStart, "window_start"}, {RowProperty::kWindowEnd, "window_end"}};

PlanJson expressions_json(const std::vector<PlanExpression>& expressions) {
  PlanJson out = PlanJson::array();
  for (const PlanExpression& e : expressions) {
    out.push_back({{"name", e.name}, {"sql", e.sql}, {"key", e.key}});
    if (e.property != RowProperty::kNone) out.back()["property"] = plan_name_of(kRowPropertyNames, e.property);
  }
  return out;
}

std::vector<PlanExpression> plan_expressions(const PlanJson& json) {
  std::vector<PlanExpression> out;
  for (const PlanJson& e : json) {
    out.push_back({e.at("name"), e.at("sql"), e.at("key"), RowProperty::kNone});
    if (e.contains("property")) out.back().property = plan_value_of(kRowPropertyNames, e.at("property"));
  }
  return out;
}

PlanJson aggregate_json(const PlanNode::AggregateSpec& spec) {
  PlanJson json = {{"calls", expressions_json(spec.calls)}, {"final", spec.final}};
  if (spec.window) {
    PlanJson window = {{"kind", plan_name_of(kWindowKindNames, spec.window->kind)},
                       {"size_ms", spec.window->size_ms},
                       {"advance_ms", spec.window->advance_ms}};
    if (spec.window->retention_ms) window["retention_ms"] = *spec.window->retention_ms;
    if (spec.window->grace_ms) window["grace_ms"] = *spec.window->grace_ms;
    json["window"] = std::move(window);
  }
  return json;
}

PlanNode::AggregateSpec plan_aggregate_spec(const PlanJson& json) {
  PlanNode::AggregateSpec spec;
  spec.calls = plan_expressions(json.at("calls"));
  spec.final = json.at("final");
  if (json.contains("window")) {
    const PlanJson& from = json.at("window");
    AggregationWindow window{
        plan_value_of(kWindowKindNames, from.at("kind")), from.at("size_ms"), from.at("advance_ms"), {}, {}};
    if (from.contains("retention_ms")) window.retention_ms = from.at("retention_ms").get<int64_t>();
    if (from.contains("grace_ms")) window.grace_ms = from.at("grace_ms").get<int64_t>();
    spec.window = window;
  }
  return spec;
}

PlanJson node_json(const PlanNode& node) {
  PlanJson json = {{"kind", plan_name_of(kPlanKindNames, node.kind)}, {"id", node.id}};
  for (const PlanColumn& column : node.schema) {
    json["schema"].push_back({{"name", column.name}, {"type", column.type->to_string()}, {"key", column.key}});
  }
  for (const PlanNodePtr& input : node.inputs) json["inputs"].push_back(node_json(*input));
  if (node.table) json["table"] = true;
  if (node.old_rows) json["old_rows"] = true;
  if (node.ttl_ms) json["ttl_ms"] = *node.ttl_ms;
  if (node.left_ttl_ms) json["left_ttl_ms"] = *node.left_ttl_ms;
  if (node.right_ttl_ms) json["right_ttl_ms"] = *node.right_ttl_ms;
  if (node.aggregate) json["aggregate"] = aggregate_json(*node.aggregate);
  if (node.source) json["spec"] = source_spec_json(*node.source);
  if (node.kind == PlanKind::kFilter || !node.predicate.empty()) json["predicate"] = node.predicate;
  if (node.kind == PlanKind::kProject) json["changes_key"] = node.changes_key;
  if (node.kind == PlanKind::kProject || node.kind == PlanKind::kFlatMap) {
    json["expressions"] = expressions_json(node.expressions);
  }
  if (node.kind == PlanKind::kRepartition) {
    json["topic"] = node.repartition_topic;
    json["partitions"] = node.repartition_partitions;
    json["drop_null_keys"] = node.drop_null_keys;
    if (node.partition_format) json["partition_format"] = plan_format_json(*node.partition_format);
    if (!node.partition_names.empty()) json["partition_names"] = node.partition_names;
    if (node.windowed_key) json["windowed_key"] = true;
    if (!node.partition_column.empty()) json["partition_column"] = node.partition_column;
  }
  if (node.table_join_type) json["table_join"] = plan_name_of(kJoinTypeNames, *node.table_join_type);
  if (!node.foreign_keys.empty()) json["foreign_keys"] = node.foreign_keys;
  if (node.join) {
    json["join"] = {{"type", plan_name_of(kJoinTypeNames, node.join->type)},
                    {"before_ms", node.join->before_ms},
                    {"after_ms", node.join->after_ms},
                    {"windowed", node.join->windowed}};
    if (node.join->grace_ms) json["join"]["grace_ms"] = *node.join->grace_ms;
  }
  return json;
}

PlanNodePtr plan_node(const PlanJson& json) {
  auto node = std::make_shared<PlanNode>();
  node->kind = plan_value_of(kPlanKindNames, json.at("kind"));
  node->id = json.at("id");
  for (const PlanJson& column : json.value("schema", PlanJson::array())) {
    node->schema.push_back({column.at("name"), plan_type(column.at("type")), column.at("key")});
  }
  for (const PlanJson& input : json.value("inputs", PlanJson::array())) node->inputs.push_back(plan_node(input));
  if (json.contains("spec")) node->source = plan_source_spec(json.at("spec"));
  node->predicate = json.value("predicate", "");
  node->changes_key = json.value("changes_key", false);
  node->expressions = plan_expressions(json.value("expressions", PlanJson::array()));
  if (json.contains("aggregate")) node->aggregate = plan_aggregate_spec(json.at("aggregate"));
  node->table = json.value("table", false);
  node->old_rows = json.value("old_rows", false);
  if (json.contains("ttl_ms")) node->ttl_ms = json.at("ttl_ms").get<int64_t>();
  if (json.contains("left_ttl_ms")) node->left_ttl_ms = json.at("left_ttl_ms").get<int64_t>();
  if (json.contains("right_ttl_ms")) node->right_ttl_ms = json.at("right_ttl_ms").get<int64_t>();
  if (node->kind == PlanKind::kRepartition) {
    node->repartition_topic = json.at("topic");
    node->repartition_partitions = json.at("partitions");
    node->drop_null_keys = json.at("drop_null_keys");
    if (json.contains("partition_format")) node->partition_format = plan_format(json.at("partition_format"));
    node->partition_names = json.value("partition_names", std::vector<std::string>{});
    node->windowed_key = json.value("windowed_key", false);
    node->partition_column = json.value("partition_column", "");
  }
  if (json.contains("table_join")) node->table_join_type = plan_value_of(kJoinTypeNames, json.at("table_join"));
  node->foreign_keys = json.value("foreign_keys", std::vector<std::string>{});
  if (json.contains("foreign_key")) node->foreign_keys = {json.at("foreign_key").get<std::string>()};  // version 1
  if (json.contains("join")) {
    const PlanJson& join = json.at("join");
    PlanNode::StreamJoinSpec spec;
    spec.type = plan_value_of(kJoinTypeNames, join.at("type"));
    spec.before_ms = join.at("before_ms");
    spec.after_ms = join.at("after_ms");
    spec.windowed = join.at("windowed");
    if (join.contains("grace_ms")) spec.grace_ms = join.at("grace_ms").get<int64_t>();
    node->join = spec;
  }
  return node;
}

PlanJson sink_json(const SinkSpec& sink) {
  PlanJson json = {{"source", sink.source},
                   {"topic", sink.topic},
                   {"key_format", plan_format_json(sink.key_format)},
                   {"value_format", plan_format_json(sink.value_format)},
                   {"key_columns", format_columns_json(sink.key_columns)},
                   {"value_columns", format_columns_json(sink.value_columns)}};
  if (!sink.timestamp_column.empty())
    json["timestamp"] = {{"column", sink.timestamp_column}, {"format", sink.timestamp_format}};
  if (sink.window) json["window"] = window_json(*sink.window);
  return json;
}

SinkSpec plan_sink(const PlanJson& json) {
  SinkSpec sink;
  sink.source = json.at("source");
  sink.topic = json.at("topic");
  sink.key_format = plan_format(json.at("key_format"));
  sink.value_format = plan_format(json.at("value_format"));
  sink.key_columns = plan_format_columns(json.at("key_columns"));
  sink.value_columns = plan_format_columns(json.at("value_columns"));
  if (json.contains("timestamp")) {
    sink.timestamp_column = json.at("timestamp").at("column");
    sink.timestamp_format = json.at("timestamp").at("format");
  }
  sink.window = plan_window(json);
  return sink;
}

}  // namespace

std::string to_json(const PhysicalPlan& plan) {
  const int version = has_ttl(*plan.root) ? kPlanVersion : kPlanVersionWithoutTtl;
  PlanJson json = {{"version", version}, {"root", node_json(*plan.root)}};
  if (plan.sink) json["sink"] = sink_json(*plan.sink);
  if (plan.limit) json["limit"] = *plan.limit;
  put_error_policy(plan.errors, json);
  return json.dump();
}

PhysicalPlan plan_from_json(const std::string& text) try {
  const PlanJson json = PlanJson::parse(text);
  if (const int version = json.at("version"); version < 1 || version > kPlanVersion) {
    throw std::invalid_argument("the plan's version " + json.at("version").dump() +
                                " is not one that this program reads");
  }
  PhysicalPlan plan;
  plan.root = plan_node(json.at("root"));
  if (json.contains("sink")) plan.sink = plan_sink(json.at("sink"));
  if (json.contains("limit")) plan.limit = json.at("limit").get<int64_t>();
  plan.errors = error_policy_of(json);
  return plan;
} catch (const PlanJson::exception& error) {
  throw std::invalid_argument(std::string("not a plan: ") + error.what());
} catch (const StatementError& error) {
  throw std::invalid_argument(std::string("not a plan: ") + error.what());
}

}  // namespace weir
