// Names, types and functions of a statement resolved against the catalog: every user error is found here, as a StatementError with
// its place and the nearest candidates. No side effects: what a statement would do is returned as a value. Any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/catalog/catalog.h"
#include "engine/functions/registry.h"
#include "engine/plan/bound_expr.h"
#include "engine/plan/physical_plan.h"
#include "engine/sql/ast.h"
#include "engine/sql/error.h"

namespace weir {

// What the binder may ask of the world outside the catalog.
struct BindContext {
  const Catalog* catalog = nullptr;
  const FunctionRegistry* functions = nullptr;
  SchemaRegistry* registry = nullptr;  // may be null: JSON_SR then fails with a clear message
  // Partition count of an existing topic, or nullopt.
  std::function<std::optional<int32_t>(const std::string& topic)> topic_partitions;
  // Its replication factor, or nullopt. May be empty: new sinks then get one replica unless told otherwise.
  std::function<std::optional<int16_t>(const std::string& topic)> topic_replicas;
  // Session and server properties, SET 'k'='v': "ksql.persistence.default.format.key" …, lower-cased names without a leading "ksql.streams."
  std::map<std::string, std::string> properties;
  // Fills in the id of a query: CSAS_NAME_n. Called at most once for each query that is made.
  std::function<std::string(const std::string& prefix, const std::string& sink)> make_query_id;
};

// ---- expressions over a flat schema: what stored plans are re-bound with
BoundExprPtr bind_expression(const sql::ExprPtr& expression, const PlanSchema& schema, const FunctionRegistry& functions,
                             const Catalog* catalog_for_types);
// The call of an aggregate function over a flat schema, with its arguments cast to what the function takes.
struct BoundAggregate {
  ResolvedAggregate call;
  std::vector<BoundExprPtr> args;
  std::vector<std::optional<Value>> literals;  // set where the argument is a literal
};
BoundAggregate bind_aggregate(const sql::ExprPtr& call, const PlanSchema& schema, const FunctionRegistry& functions,
                              const Catalog* catalog_for_types);
// A call of a table function: an array for each row. The StatementError says so where the expression is something else.
BoundExprPtr bind_table_function(const sql::ExprPtr& call, const PlanSchema& schema, const FunctionRegistry& functions,
                                 const Catalog* catalog_for_types);
TypePtr resolve_type(const sql::TypeName& name, const Catalog* catalog);

// The topic that a source or sink needs: created when it doesn't exist.
struct TopicNeed {
  std::string topic;
  bool must_exist = false;  // no PARTITIONS given: refused when it is missing
  std::optional<int32_t> partitions;
  int16_t replicas = 1;
  std::optional<int64_t> retention_ms;
  std::optional<std::string> cleanup_policy;
};

struct BoundCreateSource {
  Source source;
  TopicNeed topic;
  bool register_key_schema = false, register_value_schema = false;  // columns declared, format with schemas
};
BoundCreateSource bind_create_source(const sql::CreateSource& statement, const BindContext& context);

// ALTER … ADD COLUMN: the source as it is to be.
Source bind_alter_source(const sql::AlterSource& statement, const BindContext& context);

// CREATE STREAM … AS, INSERT INTO … SELECT
struct BoundPersistentQuery {
  std::string query_id;
  std::optional<Source> sink;       // the new source; nullopt for INSERT INTO
  std::optional<TopicNeed> topic;   // of the new sink
  PhysicalPlan plan;
  std::vector<std::string> sources;
};
BoundPersistentQuery bind_create_source_as(const sql::CreateSourceAs& statement, const BindContext& context);
BoundPersistentQuery bind_insert_into(const sql::InsertInto& statement, const BindContext& context);

// SELECT … EMIT CHANGES. The result's columns are plan.root->schema in the order of the select list.
struct BoundPushQuery {
  PhysicalPlan plan;
  std::vector<std::string> sources;
};
BoundPushQuery bind_push_query(const sql::Query& query, const BindContext& context);

// INSERT INTO … VALUES: one expression without columns for each column of the source, in order, each of the column's type (a NULL literal where no
// value was given). The runtime evaluates them; a NULL for a key column of a table must then be refused, see `required`.
struct BoundInsertValues {
  SourcePtr source;
  std::vector<BoundExprPtr> values;
  std::vector<bool> required;  // a NULL is refused: the primary key of a table
  BoundExprPtr rowtime;        // BIGINT; null when ROWTIME isn't given
};
BoundInsertValues bind_insert_values(const sql::InsertValues& statement, const BindContext& context);

// IMPORT TOPICS LIKE 'x' AS STREAMS: the statements that it stands for.
std::string imported_stream_name(const std::string& topic);

}  // namespace weir
