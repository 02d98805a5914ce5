// The physical plan of one query: a tree of immutable nodes from its sources to its sink. It is a value: it prints itself
// (EXPLAIN) and round-trips through JSON, so that a restart runs the plan that was made. Expressions are kept as canonical SQL text over
// the input's columns; exec/ binds and compiles them when a task is built. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/catalog/catalog.h"
#include "engine/formats/format.h"
#include "engine/sql/ast.h"
#include "engine/types/type.h"

namespace weir {

// A column of a node's output. Key columns come first. Names are unique within a node.
struct PlanColumn {
  std::string name;
  TypePtr type;
  bool key = false;
};
using PlanSchema = std::vector<PlanColumn>;

struct PlanNode;
using PlanNodePtr = std::shared_ptr<const PlanNode>;

enum class PlanKind {
  kSource,
  kFilter,
  kProject,
  kFlatMap,
  kRepartition,
  kStreamJoin,
  kTable,
  kAggregate,
  kStreamTableJoin,
  kTableJoin,
  kForeignKeyJoin,
  kForeignKeyLookup
};

// Where a column of a source node comes from.
struct SourceColumnRef {
  enum class From { kKey, kValue, kHeaders, kHeader, kRowTime, kRowPartition, kRowOffset, kWindowStart, kWindowEnd };
  From from = From::kValue;
  int index = 0;           // kKey, kValue: among the key or value columns of the source as declared
  std::string header_key;  // kHeader
};

// What a row has beside its columns: its event time, the window of its key.
enum class RowProperty { kNone, kTime, kWindowStart, kWindowEnd };

struct PlanExpression {
  std::string name;  // of the column it makes
  std::string sql;   // over the input's columns
  bool key = false;
  RowProperty property = RowProperty::kNone;  // BIGINT, instead of an expression; `sql` is its name
};

// How rows are put into windows before they are aggregated. All in milliseconds.
struct AggregationWindow {
  sql::WindowClause::Kind kind = sql::WindowClause::Kind::kTumbling;
  int64_t size_ms = 0;     // session windows: the longest gap
  int64_t advance_ms = 0;  // hopping windows; tumbling ones: the size
  std::optional<int64_t> retention_ms, grace_ms;
  bool operator==(const AggregationWindow&) const = default;
};

struct PlanNode {
  PlanKind kind = PlanKind::kSource;
  std::string id;      // unique in the plan and stable: names stores and internal topics ("Join", "Join-1-left-repartition")
  PlanSchema schema;   // of the output
  std::vector<PlanNodePtr> inputs;
  // The rows are changes of a table: a key's new row, or none where it was deleted.
  bool table = false;
  // … and each carries the key's old row beside it. Set where something above needs it.
  bool old_rows = false;

  // How long a row lasts, in milliseconds: one that wasn't updated for longer, by the stream time of the node's rows,
  // has ended, and goes on as a deletion at that time.
  //   kTable: of its rows. kAggregate of a stream, without windows: of its groups, which begin anew when their keys
  //   come again. kTableJoin: of a key's rows of both sides, by the newest of them.
  std::optional<int64_t> ttl_ms;
  // kStreamTableJoin, kTableJoin: how long the rows of each input that is a table last.
  std::optional<int64_t> left_ttl_ms, right_ttl_ms;

  // kSource
  struct SourceSpec {
    std::string source;  // the stream's or table's name
    std::string topic;
    sql::SourceKind source_kind = sql::SourceKind::kStream;
    FormatSpec key_format, value_format;
    std::vector<FormatColumn> key_columns, value_columns;  // all, as declared: what the decoder needs
    std::vector<SourceColumnRef> columns;                  // one for each output column: only what the query uses
    // Event time from a value or key column; empty: the record's own. `timestamp_sql` over all declared columns' names.
    std::string timestamp_column, timestamp_format;
    std::optional<WindowInfo> window;
    std::optional<sql::StartPosition> start;  // overrides auto.offset.reset
    ErrorPolicy errors;                       // for records that can't be read, unless the plan's says otherwise
  };
  std::optional<SourceSpec> source;

  // kFilter: rows for which `predicate` is true pass.
  // Joins: of rows with equal keys, those match for which it is true, over the output's columns. Empty: all.
  std::string predicate;

  // kProject: one for each output column. A row whose value is NULL as a whole stays so; key expressions are evaluated even then.
  // kFlatMap: calls of table functions, each of which gives an array. A row becomes as many as the longest of them has elements (none:
  // the row is dropped); the shorter ones are filled up with NULL. Output: the input's columns, then one for each call.
  std::vector<PlanExpression> expressions;
  // kProject: the record's key changes (PARTITION BY, join key): a row may move to another partition
  bool changes_key = false;

  // kTable: the records of a table's topic become changes of the table. Rows without a key are dropped. With `old_rows` the
  // table is kept in a store. Above changes of a table: its old rows, which the input then needn't have.

  // kAggregate: rows with equal key columns, in the same window if there is one, become one row of a table: the key columns,
  // WINDOWSTART and WINDOWEND if windowed, then the calls' results. Rows with a NULL in their key are dropped.
  struct AggregateSpec {
    std::vector<PlanExpression> calls;  // of aggregate functions, over the input's columns
    std::optional<AggregationWindow> window;
    bool final = false;  // a window's row comes out once, when it has closed
  };
  std::optional<AggregateSpec> aggregate;

  // kRepartition: through an internal topic partitioned by the key columns; schema as the input's. Rows with a null key:
  // dropped when `drop_null_keys` (inner side of a join), otherwise kept.
  std::string repartition_topic;  // suffix; the runtime puts the service and query before it
  int32_t repartition_partitions = 0;  // 0: as many as the other side of the join; set by the planner where known
  bool drop_null_keys = false;
  // The other side of the join comes straight from its topic: rows must go to the partition where that topic's producers put the same key,
  // which is the hash of the key in this format. nullopt: the hash of the engine's own encoding.
  std::optional<FormatSpec> partition_format;
  std::vector<std::string> partition_names;  // the key columns' names in that format; empty: their own
  // The last two key columns are the bounds of the key's window: all windows of a key go to one partition.
  bool windowed_key = false;
  // Rows go to the partition whose number is in this value column. Empty: by their key.
  std::string partition_column;

  // kStreamJoin: inputs[0] and inputs[1], each with the join key as its key column(s) of the same types. Output: the key
  // column(s), then the left's value columns, then the right's.
  struct StreamJoinSpec {
    sql::JoinType type = sql::JoinType::kInner;
    int64_t before_ms = 0, after_ms = 0;  // right.time in [left.time - before, left.time + after]
    std::optional<int64_t> grace_ms;      // nullopt: the older semantics: 24 h of retention, eager outer rows
    // Both keys are windowed: WINDOWSTART and WINDOWEND are key columns too, and the output is windowed by them.
    bool windowed = false;
  };
  std::optional<StreamJoinSpec> join;

  // kStreamTableJoin: rows of the stream inputs[0], each with the row that the table inputs[1] has now for its key. INNER or LEFT.
  // kTableJoin: the table of the rows of both inputs with equal keys. Inputs and output as for kStreamJoin.
  //
  // kForeignKeyJoin: the table inputs[0], each row with the row of another table whose primary key is `foreign_keys`. INNER or LEFT. Two
  // stages work together, through two topics: the join (in the left rows' partition) tells the lookup what its rows refer to; the lookup
  // (kForeignKeyLookup, in the other table's partition) answers with that table's rows, at once and again whenever they change.
  //   kForeignKeyJoin: inputs[0] the left table, inputs[1] the kRepartition of the answers, above the lookup. Output: the left's columns, then
  //     the answers' columns behind #FOUND.
  //   kForeignKeyLookup: inputs[0] a kRepartition without an input, which the join writes, see foreign_key_columns.h; inputs[1] the right table.
  std::optional<sql::JoinType> table_join_type;  // kStreamTableJoin, kTableJoin, kForeignKeyJoin
  std::vector<std::string> foreign_keys;         // kForeignKeyJoin: over the left's columns, one for each of the right's key
};

struct SinkSpec {
  std::string source;  // the stream's name
  std::string topic;
  FormatSpec key_format, value_format;
  std::vector<FormatColumn> key_columns, value_columns;
  // TIMESTAMP='col' of the sink: the record's time is taken from this column.
  std::string timestamp_column, timestamp_format;
  std::optional<WindowInfo> window;  // the key is windowed
};

struct PhysicalPlan {
  PlanNodePtr root;              // its schema's columns are what the sink writes, in order
  std::optional<SinkSpec> sink;  // nullopt: a push query, rows go to the client
  std::optional<int64_t> limit;  // push queries
  ErrorPolicy errors;            // for all that the query can't process

  std::vector<PlanNodePtr> sources() const;  // left to right
};

// The plan with `old_rows` set where it is needed. `needed`: by whoever reads the node's rows.
PlanNodePtr with_old_rows(const PlanNodePtr& node, bool needed);

std::string to_json(const PhysicalPlan& plan);
PhysicalPlan plan_from_json(const std::string& text);  // throws std::invalid_argument
// The readable tree of EXPLAIN.
std::string explain(const PhysicalPlan& plan);

}  // namespace weir
