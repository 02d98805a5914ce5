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

// The right side must be its table's primary key, which is one column.
void check_right_key(const sql::Join& statement, const QueryScope& scope, const LogicalJoin& join) {
  std::vector<std::string> keys;
  for (const ScopeColumn& column : scope.sources()[join.right_source].columns) {
    if (column.key) keys.push_back(column.name);
  }
  if (keys.size() == 1 && join.right->kind == sql::ExprKind::kColumn) {
    const auto id = scope.id_of(static_cast<const sql::ColumnRef&>(*join.right));
    if (id && scope.column(*id).key) return;
  }
  const std::string criterion = sql::to_sql(*scope.resolve(statement.criteria, "JOIN ON", join.right_source + 1));
  const std::string table = quoted_alias(scope, join.right_source);
  refuse("The join criterion '" + criterion + "' must have the whole primary key of the table " + table +
             " on its side: " +
             (keys.size() == 1
                  ? keys[0] + ", not " + sql::to_sql(*join.right) + "."
                  : "but that has " + list_names(keys, "and") + ", and a criterion can hold one column only."),
         statement.criteria->pos);
}

void check_stream_table_join(const QueryScope& scope, const LogicalJoin& join) {
  if (join.type == sql::JoinType::kInner || join.type == sql::JoinType::kLeft) return;
  refuse("A stream joins a table with INNER or LEFT JOIN only, because the table's rows alone are no events: " +
             join_text(scope, join) + " isn't possible.",
         join.pos);
}

void check_foreign_key_join(const QueryScope& scope, const LogicalJoin& join) {
  const std::string on = sql::to_sql(*join.left);
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
  check_right_key(statement, scope, join);
  if (join.kind == JoinKind::kForeignKey) check_foreign_key_join(scope, join);
  if (!statement.within) return;
  refuse("WITHIN is for joins of two streams; a join with the table " + quoted_alias(scope, join.right_source) +
             " has no window. Take WITHIN away.",
         join.pos);
}

}  // namespace weir
