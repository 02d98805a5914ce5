// DESCRIBE and EXPLAIN.
#include <algorithm>
#include <utility>

#include "engine/plan/duration_text.h"
#include "engine/runtime/described_line.h"
#include "engine/runtime/processing_log.h"
#include "engine/runtime/query_diagnosis.h"
#include "engine/runtime/statement_executor.h"
#include "engine/sql/formatter.h"
#include "engine/types/text.h"

namespace weir {

namespace {

std::string column_type_text(const SourceColumn& column, const Source& source) {
  std::string text = column.type->kind() == TypeKind::kString ? "VARCHAR(STRING)" : column.type->to_string();
  switch (column.role) {
    case SourceColumn::Role::kKey:
      text += source.kind == sql::SourceKind::kTable ? " (primary key)" : " (key)";
      if (source.window) {
        const char* names[] = {"TUMBLING", "HOPPING", "SESSION"};
        text += std::string(" (Window type: ") + names[static_cast<int>(source.window->kind)] + ")";
      }
      break;
    case SourceColumn::Role::kHeaders:
      text += " (headers)";
      break;
    case SourceColumn::Role::kHeader:
      text += " (header('" + column.header_key + "'))";
      break;
    case SourceColumn::Role::kValue:
      break;
  }
  return text;
}

TableResult fields_table(const Source& source) {
  TableResult table;
  table.columns = {"Field", "Type"};
  for (const SourceColumn& column : source.columns)
    table.rows.push_back({column.name, column_type_text(column, source)});
  return table;
}

std::string expired_text(uint64_t rows) { return rows > 0 ? ", " + std::to_string(rows) + " rows ended by TTL" : ""; }

// Scalar or aggregate function.
template <class Function>
StatementResult function_description(const Function& function, const std::string& type) {
  StatementResult result;
  result.message = described_line("Name", function.name) + described_line("Category", function.category) +
                   described_line("Overview", function.description) + described_line("Type", type);
  if (!function.example.empty()) result.message += described_line("Example", function.example);
  TableResult table;
  table.columns = {"Variation", "Description", "Arguments"};
  for (const auto& overload : function.overloads) {
    std::string arguments;
    for (const auto& [argument, text] : overload.parameter_docs) {
      arguments += (arguments.empty() ? "" : "; ") + argument + ": " + text;
    }
    table.rows.push_back({function.name + overload.signature, overload.description, arguments});
  }
  result.tables.push_back(std::move(table));
  return result;
}

}  // namespace

StatementResult StatementExecutor::execute(const sql::Describe& s) {
  switch (s.kind) {
    case sql::Describe::Kind::kSource:
      return describe_source(*require_source(s.name), s.extended);
    case sql::Describe::Kind::kFunction:
      return describe_function(s.name);
    case sql::Describe::Kind::kConnector:
      return describe_connector(s.name);
    case sql::Describe::Kind::kStreams:
    case sql::Describe::Kind::kTables:
      break;
  }
  StatementResult result;
  const auto kind = s.kind == sql::Describe::Kind::kStreams ? sql::SourceKind::kStream : sql::SourceKind::kTable;
  for (const SourcePtr& source : engine_.catalog_->sources()) {
    if (source->kind != kind) continue;
    StatementResult described = describe_source(*source, s.extended);
    // The hint stands once, below them all.
    if (!s.extended) result.text = std::exchange(described.text, "");
    result.parts.push_back(std::move(described));
  }
  return result;
}

StatementResult StatementExecutor::describe_source(const Source& source, bool extended) {
  StatementResult result;
  result.message = described_line("Name", source.name);
  if (!extended) {
    result.tables.push_back(fields_table(source));
    result.text = "For runtime statistics and query details run: DESCRIBE <Stream,Table> EXTENDED;";
    return result;
  }
  result.message += described_line("Type", sql::source_kind_name(source.kind));
  result.message += described_line(
      "Timestamp field", source.timestamp_column.empty() ? "Not set - using <ROWTIME>" : source.timestamp_column);
  if (!source.timestamp_format.empty()) result.message += described_line("Timestamp format", source.timestamp_format);
  result.message += described_line("Key format", format_name(source.key_format.kind));
  result.message += described_line("Value format", format_name(source.value_format.kind));
  const auto topic = engine_.services_.log->describe_topic(source.topic);
  result.message += described_line(
      "Kafka topic", source.topic + (topic ? " (partitions: " + std::to_string(topic->config.partitions) +
                                                 ", replication: " + std::to_string(topic->config.replicas) + ")"
                                           : " (missing)"));
  if (source.ttl_ms) result.message += described_line("TTL", duration_text(*source.ttl_ms));
  result.message += described_line("Statement", source.sql);
  result.tables.push_back(fields_table(source));
  const auto readers = engine_.catalog_->readers_of(source.name);
  const auto writers = engine_.catalog_->writers_of(source.name);
  if (!readers.empty()) result.text += described_line("Read by queries", join_names(readers));
  if (!writers.empty()) result.text += described_line("Written by queries", join_names(writers));
  for (const std::string& id : writers) {
    const auto status = engine_.query_status(id);
    if (!status) continue;
    result.text += described_line("Statistics of " + id, std::to_string(status->records_in.load()) + " records in, " +
                                                             std::to_string(status->records_out.load()) + " out, " +
                                                             std::to_string(status->error_count()) + " with errors" +
                                                             expired_text(status->expired.load()));
    if (const int64_t last = status->last_output_ms.load(); last != INT64_MIN)
      result.text += described_line("Last output of " + id, timestamp_to_text(last));
    if (const auto last = status->last_error(); last.count > 0)
      result.text += described_line("Last error of " + id, last.last_message);
  }
  if (topic) {
    TableResult offsets;
    offsets.columns = {"Partition", "Start Offset", "End Offset"};
    for (int32_t p = 0; p < topic->config.partitions; ++p) {
      offsets.rows.push_back({std::to_string(p), std::to_string(engine_.services_.log->begin_offset({source.topic, p})),
                              std::to_string(engine_.services_.log->end_offset({source.topic, p}))});
    }
    result.tables.push_back(std::move(offsets));
  }
  return result;
}

StatementResult StatementExecutor::describe_function(const sql::Identifier& name) {
  if (const ScalarFunction* function = engine_.functions_->find(name.name))
    return function_description(*function, "SCALAR");
  if (const ScalarFunction* function = engine_.functions_->find_table_function(name.name))
    return function_description(*function, "TABLE");
  if (const AggregateFunction* function = engine_.functions_->find_aggregate(name.name)) {
    StatementResult result = function_description(*function, "AGGREGATE");
    result.message += described_line("Applies to", function->undo ? "streams and tables" : "streams");
    return result;
  }
  std::vector<std::string> names;
  for (const ScalarFunction* known : engine_.functions_->functions()) names.push_back(known->name);
  for (const ScalarFunction* known : engine_.functions_->table_functions()) names.push_back(known->name);
  for (const AggregateFunction* known : engine_.functions_->aggregates()) names.push_back(known->name);
  refuse("There is no function named " + name.name + "." + suggestion(name.name, names) +
             " SHOW FUNCTIONS lists them all.",
         name.pos);
}

StatementResult StatementExecutor::execute(const sql::Explain& s) {
  if (s.query_id) {
    // A name may be meant as a query or as what it writes.
    if (!engine_.catalog_->find_query(s.query_id->name)) {
      const SourcePtr source = engine_.catalog_->find_source(s.query_id->name);
      if (source && source->query) return explain_query(*source->query);
    }
    return explain_query(require_query(*s.query_id)->id);
  }
  BindContext context = engine_.bind_context(session_);
  context.make_query_id = [](const std::string& prefix, const std::string& sink) { return prefix + "_" + sink; };
  StatementResult result;
  const sql::StatementBody& body = s.statement->body;
  if (const auto* select = std::get_if<sql::SelectStatement>(&body)) {
    result.text = explain(bind_push_query(*select->query, context).plan);
  } else if (const auto* create = std::get_if<sql::CreateSourceAs>(&body)) {
    result.text = explain(bind_create_source_as(*create, context).plan);
  } else if (const auto* insert = std::get_if<sql::InsertInto>(&body)) {
    result.text = explain(bind_insert_into(*insert, context).plan);
  } else {
    refuse("EXPLAIN takes a SELECT, CREATE … AS SELECT, INSERT INTO … SELECT, or the id of a query.");
  }
  return result;
}

// How far it has read its inputs, and in words how it fares.
void StatementExecutor::tell_progress(const QueryDefinition& query, StatementResult& result) {
  try {
    TableResult inputs;
    inputs.columns = {"Input", "Partition", "Position", "End", "Lag", "Stream Time"};
    for (const InputProgress& input : input_progress(query, *engine_.services_.log)) {
      inputs.rows.push_back({input.partition.topic, std::to_string(input.partition.partition),
                             std::to_string(input.position), std::to_string(input.end), std::to_string(input.lag()),
                             input.stream_time == INT64_MIN ? "" : timestamp_to_text(input.stream_time)});
    }
    if (!inputs.rows.empty()) result.tables.push_back(std::move(inputs));
    for (const std::string& sentence : diagnose(query, *engine_.services_.log)) result.text += sentence + "\n";
    result.text += "\n";
  } catch (const log::LogError& e) {
    result.text += std::string("How far the query has come can't be told now: ") + e.what() + "\n\n";
  }
}

StatementResult StatementExecutor::explain_query(const std::string& id) {
  const PersistentQueryPtr query = engine_.catalog_->find_query(id);
  StatementResult result;
  result.message =
      described_line("ID", query->id) + described_line("Query Type", "PERSISTENT") + described_line("SQL", query->sql);
  const auto definition = engine_.query_definition(id);
  const auto status = definition ? definition->status : nullptr;
  if (status) {
    result.message += described_line("Status", query_state_name(status->state()));
    if (!status->reason().empty()) result.message += described_line("Reason", status->reason());
    result.message += described_line("Records in", std::to_string(status->records_in.load()));
    result.message += described_line("Records out", std::to_string(status->records_out.load()));
    if (const int64_t last = status->last_output_ms.load(); last != INT64_MIN)
      result.message += described_line("Last output", timestamp_to_text(last));
    for (size_t stage = 0; stage < status->errors.size(); ++stage) {
      const uint64_t count = status->errors[stage].load();
      if (count > 0)
        result.message += described_line(error_stage_name(static_cast<RowError::Stage>(stage)), std::to_string(count));
    }
    if (const auto last = status->last_error(); last.count > 0) {
      result.message += described_line("Last error", last.last_message + " (" + last.source + ", " +
                                                         std::to_string(last.count) + " of this kind, the last at " +
                                                         timestamp_to_text(last.last_ms) + ")");
    }
  }
  result.message += described_line("Sources", join_names(query->sources)) + described_line("Sink", query->sink);
  if (definition) tell_progress(*definition, result);
  result.text += explain(plan_from_json(query->plan));
  std::string overridden;
  for (const auto& [name, value] : query->properties) {
    // A query keeps where it begins even when that was not SET for it.
    if (value == engine_.setting({}, name)) continue;
    overridden += (overridden.empty() ? "" : ", ") + name + "=" + (Config::is_secret(name) ? "***" : value);
  }
  if (!overridden.empty()) result.text += "\n" + described_line("Overridden Properties", overridden);
  return result;
}

}  // namespace weir
