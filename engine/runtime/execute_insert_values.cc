// INSERT INTO … VALUES: one record, encoded as any sink's rows are.
#include <chrono>

#include "engine/exec/expression.h"
#include "engine/exec/timestamp_column.h"
#include "engine/runtime/statement_executor.h"

namespace weir {

StatementResult StatementExecutor::execute(const sql::InsertValues& s) {
  const BoundInsertValues bound = bind_insert_values(s, engine_.bind_context(session_));
  const Source& source = *bound.source;
  Arena arena;
  std::vector<std::shared_ptr<Column>> columns;
  for (size_t c = 0; c < source.columns.size(); ++c) {
    auto column = std::make_shared<Column>(source.columns[c].type);
    Value value;
    if (c < bound.values.size() && bound.values[c]) value = evaluate_constant(bound.values[c]);
    if (value.is_null() && c < bound.required.size() && bound.required[c]) {
      refuse("A row of table " + source.name + " needs a value for its primary key column " + source.columns[c].name + ".", s.target.pos);
    }
    column->append_value(value, arena);
    columns.push_back(std::move(column));
  }

  const auto encode = [&](bool key, std::string& out) -> bool {
    FormatContext context{key ? source.key_format : source.value_format, key, source.topic, {}, engine_.services_.tasks.registry};
    std::vector<const Column*> inputs;
    for (size_t c = 0; c < source.columns.size(); ++c) {
      if (source.columns[c].role != (key ? SourceColumn::Role::kKey : SourceColumn::Role::kValue)) continue;
      context.columns.push_back({source.columns[c].name, source.columns[c].type});
      inputs.push_back(columns[c].get());
    }
    if (inputs.empty()) return false;
    const auto encoder = make_encoder(context);
    encoder->begin(inputs);
    bool is_null = false;
    std::string reason;
    if (!encoder->encode(0, out, is_null, reason)) refuse(reason, s.target.pos);
    return !is_null;
  };
  std::string key, value;
  const bool has_key = encode(true, key);
  const bool has_value = encode(false, value);

  log::RecordView record;
  if (has_key) record.key = key;
  if (has_value) record.value = value;
  record.timestamp = engine_.services_.tasks.clock();
  if (bound.rowtime) {
    const Value time = evaluate_constant(bound.rowtime);
    if (!time.is_null()) record.timestamp = time.as_int();
  }
  const auto topic = engine_.services_.log->describe_topic(source.topic);
  if (!topic) refuse("The topic " + source.topic + " of " + source.name + " does not exist any more.", s.target.pos);
  const int32_t partitions = topic->config.partitions;
  const int32_t partition = record.key ? log::partition_for_key(*record.key, partitions)
                                       : static_cast<int32_t>(engine_.next_insert_.fetch_add(1) % partitions);
  auto transaction = engine_.services_.log->open_transaction("");
  transaction->append(source.topic, partition, record);
  transaction->commit();
  return {};
}

}  // namespace weir
