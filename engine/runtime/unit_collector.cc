#include "engine/runtime/unit_collector.h"

#include "engine/runtime/error_record.h"
#include "engine/runtime/error_routing.h"
#include "engine/runtime/processing_log.h"

namespace weir {

UnitCollector::UnitCollector(const QueryDefinition& query, const RuntimeServices& services,
                             log::LogTransaction& transaction, const Stage& stage, int32_t task_partition)
    : query_(query), services_(services), transaction_(transaction), next_partition_(task_partition) {
  if (stage.repartition) {
    outputs_.push_back(repartition_output(*stage.repartition));
  } else if (query.plan.sink) {
    outputs_.push_back({query.plan.sink->topic, query.sink_partitions, true});
  } else {
    outputs_.emplace_back();  // rows go to the client
  }
  for (const PlanNodePtr& side : stage.side_repartitions) outputs_.push_back(repartition_output(*side));
}

UnitCollector::Output UnitCollector::repartition_output(const PlanNode& node) const {
  Output out{query_.repartition_topic(node)};
  for (const Stage& reader : query_.stages) {
    for (const PlanNodePtr& input : reader.inputs) {
      if (input.get() == &node) out.partitions = query_.stage_partitions[reader.index];
    }
  }
  return out;
}

void UnitCollector::collect(const log::RecordView& record, const log::OptionalBytes& partition_by) {
  collect_to(0, record, partition_by, -1);
}

void UnitCollector::collect_to(size_t side, const log::RecordView& record, const log::OptionalBytes& partition_by,
                               int32_t partition) {
  const Output& output = outputs_[side];
  if (partition < 0 && partition_by) partition = log::partition_for_key(*partition_by, output.partitions);
  // Records without a key go round, so that no partition is favoured.
  if (partition < 0) partition = next_partition_++ % output.partitions;
  if (next_partition_ < 0) next_partition_ = 0;
  try {
    transaction_.append(output.topic, partition, record);
  } catch (const log::LogError& e) {
    // What the query itself needs (a repartition topic) can't be done without.
    if (e.kind() == log::LogError::Kind::kTooLarge && output.counts) throw RecordRefused(e.what());
    throw;
  }
  if (output.counts) query_.status->records_out.fetch_add(1, std::memory_order_relaxed);
}

void UnitCollector::rows(const Batch& batch) {
  std::vector<Row> rows(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    rows[row].reserve(batch.columns.size());
    for (const ColumnPtr& column : batch.columns) rows[row].push_back(column->value(row));
  }
  query_.status->records_out.fetch_add(batch.rows, std::memory_order_relaxed);
  query_.client->push(std::move(rows));
}

// With its headers a record may be too large: then the letter tells of it without having it.
void UnitCollector::append_letter(const std::string& topic, const ProcessingError& error, int64_t now_ms) {
  const int32_t partition = error.partition % query_.error_topics.at(topic);
  try {
    transaction_.append(topic, partition, ErrorRecord(query_.id, error, now_ms).view());
  } catch (const log::LogError& e) {
    if (e.kind() != log::LogError::Kind::kTooLarge || !error.record) throw;
    ProcessingError without = error;
    without.record.reset();
    transaction_.append(topic, partition, ErrorRecord(query_.id, without, now_ms).view());
  }
}

void UnitCollector::error(ProcessingError error) {
  const int64_t now_ms = services_.tasks.clock();
  query_.status->count_error(error.source.empty() ? error.topic : error.source, error.stage, error.message, now_ms);
  const ErrorRoute route = route_error(query_, error);
  if (query_.transient) return;
  if (!route.topic.empty()) {
    append_letter(route.topic, error, now_ms);
  }
  if (!route.report || services_.processing_log_topic.empty()) return;
  const std::string value = processing_log_value(query_.id, error);
  log::RecordView record;
  record.key = query_.id;
  record.value = value;
  record.timestamp = now_ms;
  transaction_.append(services_.processing_log_topic, 0, record);
}

}  // namespace weir
