// ALTER STREAM|TABLE … ADD COLUMN, ALTER SYSTEM.
#include "engine/runtime/statement_executor.h"

namespace weir {

StatementResult StatementExecutor::execute(const sql::AlterSource& s) {
  const auto lock = engine_.lock_statements();
  Source altered = bind_alter_source(s, engine_.bind_context(session_));
  if (uses_schema_registry(altered.value_format.kind)) {
    FormatContext context{altered.value_format, false, altered.topic, {}, engine_.services_.tasks.registry};
    for (const SourceColumn* column : altered.value_columns()) context.columns.push_back({column->name, column->type});
    register_schema(context);
  }
  Command command;
  command.statement = canonical();
  altered.sql += ";\n" + command.statement;
  command.source = std::move(altered);
  engine_.append_and_apply(command);
  StatementResult result;
  result.message = s.kind == sql::SourceKind::kStream ? "Stream altered" : "Table altered";
  return result;
}

StatementResult StatementExecutor::execute(const sql::AlterSystem& s) {
  const auto lock = engine_.lock_statements();
  Config::check_session_property(s.name, s.value);
  Command command;
  command.action = Command::Action::kAlterSystem;
  command.statement = canonical();
  command.name = Config::find(s.name)->name;
  command.value = s.value;
  const std::string before = engine_.setting({}, command.name);
  engine_.append_and_apply(command);
  StatementResult result;
  result.message = "Successfully changed system property '" + s.name + "'" +
                   (before.empty() ? "" : " from '" + before + "'") + " to '" + s.value + "'.";
  return result;
}

}  // namespace weir
