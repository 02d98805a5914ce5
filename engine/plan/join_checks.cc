#include "engine/plan/join_checks.h"

#include "engine/plan/messages.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {

using JoinKind = LogicalJoin::Kind;

bool is_table_source(const QueryScope& scope, int source) {
  return scope.sources()[source].source->kind == sql::SourceKind::kTable;
}

std::string quoted_alias(const QueryScope& scope, int source) { return "`" + scope.sources()[source].alias + "`"; }

// "`A` LEFT JOIN `B`"
std::string join_text(const QueryScope& scope, const LogicalJoin& join) {
  return quoted_alias(scope, 0) + " " + sql::join_type_name(join.type) + " JOIN " +
         quoted_alias(scope, join.right_source);
}

void check_stream_table_join(const QueryScope& scope, const LogicalJoin& join) {
  if (join.type == sql::JoinType::kInner || join.type == sql::JoinType::kLeft) return;
  refuse("A stream joins a table with INNER or LEFT JOIN only, because the table's rows alone are no events: " +
             join_text(scope, join) + " isn't possible.",
         join.pos);
}

// Where the condition fails, each row would stand alone: two rows for one key.
void check_table_join(const QueryScope& scope, const LogicalJoin& join) {
  if (join.type != sql::JoinType::kFull || !join.residual) return;
  refuse("A FULL JOIN of tables can't have a condition beside the equality of their keys (" +
             sql::to_sql(*join.residual) + "): where it fails, both rows would be results with one key. In " +
             join_text(scope, join) + " take it away, or use LEFT JOIN.",
         join.pos);
}

void check_foreign_key_join(const QueryScope& scope, const LogicalJoin& join) {
  const std::string on = sql::to_sql(*join.keys[0].left);
  if (join.type != sql::JoinType::kInner && join.type != sql::JoinType::kLeft) {
    refuse("A join of tables by a foreign key (" + on +
               " isn't the primary key of the left side) can be INNER or LEFT: " + join_text(scope, join) +
               " isn't possible.",
           join.pos);
  }
  if (join.windowed) {
    refuse("Windowed tables can't be joined by a foreign key (" + on + "): " + join_text(scope, join) + ".", join.pos);
  }
}

}  // namespace

void check_join_order(const QueryScope& scope, const LogicalJoin& join) {
  if (!is_table_source(scope, 0) || is_table_source(scope, join.right_source)) return;
  refuse("A table can't be joined to a stream, only a stream to a table: in " + join_text(scope, join) +
             " the stream " + quoted_alias(scope, join.right_source) + " must stand first.",
         join.pos);
}

LogicalJoin::Kind join_kind(const QueryScope& scope, const LogicalJoin& join) {
  if (!is_table_source(scope, join.right_source)) return JoinKind::kStreams;
  if (!is_table_source(scope, 0)) return JoinKind::kStreamTable;
  return join.left_has_key ? JoinKind::kTables : JoinKind::kForeignKey;
}

void check_join_kind(const sql::Join& statement, const QueryScope& scope, const LogicalJoin& join) {
  if (join.kind == JoinKind::kStreams) return;
  if (join.kind == JoinKind::kStreamTable) check_stream_table_join(scope, join);
  if (join.kind == JoinKind::kTables) check_table_join(scope, join);
  if (join.kind == JoinKind::kForeignKey) check_foreign_key_join(scope, join);
  if (!statement.within) return;
  refuse("WITHIN is for joins of two streams; a join with the table " + quoted_alias(scope, join.right_source) +
             " has no window. Take WITHIN away.",
         join.pos);
}

}  // namespace weir
