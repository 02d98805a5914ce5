#include "engine/exec/timestamp_column.h"

#include "engine/plan/binder.h"
#include "engine/sql/parser.h"

namespace weir {

TimestampColumn::TimestampColumn(const TypePtr& type, const std::string& format, const FunctionRegistry& functions) {
  if (type->kind() != TypeKind::kString) return;
  std::string literal;
  for (const char c : format) literal += c == '\'' ? std::string("''") : std::string(1, c);
  // Without a format the text is a number of milliseconds, as ksqlDB reads it.
  const std::string sql = format.empty() ? "CAST(T AS BIGINT)" : "STRINGTOTIMESTAMP(T, '" + literal + "')";
  parse_ = CompiledExpression::compile(
      bind_expression(sql::parse_expression(sql), {{"T", type, false}}, functions, nullptr));
}

TimestampColumn::~TimestampColumn() = default;

ColumnPtr TimestampColumn::read(const ColumnPtr& column, uint32_t rows, EvalContext& context) {
  if (!parse_) return column;
  Batch batch;
  batch.rows = rows;
  batch.columns = {column};
  // The caller reports rows without a time in its own words.
  RowErrors unread;
  EvalContext quiet{context.arena, unread};
  return parse_->evaluate(batch, quiet);
}

}  // namespace weir
