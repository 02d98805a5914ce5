// ALTER STREAM|TABLE … ADD COLUMN.
#include "engine/plan/binder.h"
#include "engine/plan/messages.h"
#include "engine/plan/query_scope.h"
#include "engine/plan/source_checks.h"
#include "engine/plan/source_formats.h"
#include "engine/sql/parser.h"

namespace weir {

Source bind_alter_source(const sql::AlterSource& statement, const BindContext& context) {
  const sql::Position& pos = statement.name.pos;
  const char* kind = sql::source_kind_name(statement.kind);
  const SourcePtr existing = context.catalog->find_source(statement.name.name);
  if (!existing) {
    refuse("There is no stream or table '" + statement.name.name + "'." +
               suggestion(statement.name.name, context.catalog->source_names()),
           pos);
  }
  if (existing->kind != statement.kind) {
    refuse("'" + existing->name + "' is a " + sql::source_kind_name(existing->kind) + ", not a " + kind + ".", pos);
  }
  if (existing->read_only) {
    refuse("Cannot alter '" + existing->name + "': it was made by CREATE SOURCE " + kind + " and is read-only.", pos);
  }
  if (existing->query) {
    refuse("ALTER is not for sources that a query writes: '" + existing->name + "' was made by CREATE " + kind +
               " … AS SELECT. Use CREATE OR REPLACE " + kind + " " + sql::quote_identifier(existing->name) + " AS SELECT … .",
           pos);
  }
  Source altered = *existing;
  for (const sql::ColumnDefinition& element : statement.columns) {
    if (element.role != sql::ColumnDefinition::Role::kValue) {
      refuse("ALTER adds value columns only, but `" + element.name.name + "` is a key or header column.", element.name.pos);
    }
    if (is_pseudo_column(element.name.name)) {
      refuse("'" + element.name.name + "' is a reserved column name: every stream and table has it. Take another name.",
             element.name.pos);
    }
    if (altered.find_column(element.name.name)) {
      refuse("'" + existing->name + "' has a column `" + element.name.name + "` already.", element.name.pos);
    }
    altered.columns.push_back(
        {element.name.name, resolve_type(*element.type, context.catalog), SourceColumn::Role::kValue, {}});
  }
  check_columns(altered.value_format, false, altered.topic, columns_of_role(altered, SourceColumn::Role::kValue), context, pos);
  return altered;
}

}  // namespace weir
