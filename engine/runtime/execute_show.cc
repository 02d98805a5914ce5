// SHOW / LIST.
#include <algorithm>

#include "engine/runtime/query_diagnosis.h"
#include "engine/runtime/statement_executor.h"
#include "engine/sql/secrets.h"
#include "engine/types/text.h"

namespace weir {

namespace {

std::string rendered_type(const Type& type) {
  return type.kind() == TypeKind::kString ? "VARCHAR(STRING)" : type.to_string();
}

}  // namespace

StatementResult StatementExecutor::execute(const sql::Show& s) {
  StatementResult result;
  TableResult table;
  switch (s.kind) {
    case sql::ShowKind::kStreams:
    case sql::ShowKind::kTables: {
      const bool streams = s.kind == sql::ShowKind::kStreams;
      const auto kind = streams ? sql::SourceKind::kStream : sql::SourceKind::kTable;
      if (s.extended) {
        for (const SourcePtr& source : engine_.catalog_->sources()) {
          if (source->kind != kind) continue;
          result.parts.push_back(describe_source(*source, true));
        }
        return result;
      }
      table.columns = {streams ? "Stream Name" : "Table Name", "Kafka Topic", "Key Format", "Value Format", "Windowed"};
      for (const SourcePtr& source : engine_.catalog_->sources()) {
        if (source->kind != kind) continue;
        table.rows.push_back({source->name, source->topic, format_name(source->key_format.kind),
                              format_name(source->value_format.kind), source->window ? "true" : "false"});
      }
      break;
    }
    case sql::ShowKind::kTopics:
      table = show_topics(s.all, s.extended);
      break;
    case sql::ShowKind::kQueries:
      table = show_queries(s.extended);
      if (!table.rows.empty()) result.text = "For detailed information on a Query run: EXPLAIN <Query ID>;";
      break;
    case sql::ShowKind::kProperties:
      table = show_properties();
      break;
    case sql::ShowKind::kFunctions:
      table.columns = {"Function Name", "Category"};
      for (const ScalarFunction* function : engine_.functions_->functions()) {
        table.rows.push_back({function->name, function->category});
      }
      for (const ScalarFunction* function : engine_.functions_->table_functions()) {
        table.rows.push_back({function->name, function->category});
      }
      for (const AggregateFunction* function : engine_.functions_->aggregates()) {
        table.rows.push_back({function->name, function->category});
      }
      std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) { return a[1] < b[1]; });
      break;
    case sql::ShowKind::kTypes:
      table.columns = {"Type Name", "Schema"};
      for (const auto& [name, type] : engine_.catalog_->types()) table.rows.push_back({name, rendered_type(*type)});
      break;
    case sql::ShowKind::kVariables:
      table.columns = {"Variable Name", "Value"};
      for (const auto& [name, value] : session_.variables) table.rows.push_back({name, value});
      break;
    case sql::ShowKind::kServers:
      table = show_servers();
      result.text = "This server is " + engine_.services_.server_id + ".";
      break;
    case sql::ShowKind::kConnectors:
      table = show_connectors(s.scope);
      break;
    case sql::ShowKind::kConnectorPlugins:
      table.columns = {"Class", "Type", "Version"};
      for (const auto& plugin : engine_.connectors_->plugins()) {
        table.rows.push_back({plugin->classes().front(), plugin->is_source() ? "source" : "sink", WEIR_VERSION});
      }
      break;
  }
  result.tables.push_back(std::move(table));
  return result;
}

TableResult StatementExecutor::show_topics(bool all, bool extended) {
  TableResult table;
  table.columns = {"Kafka Topic", "Partitions", "Partition Replicas", "Importable As"};
  if (extended) table.columns.insert(table.columns.end(), {"Start Offsets", "End Offsets"});
  std::vector<std::string> subjects;
  try {
    subjects = engine_.services_.tasks.registry->subjects();
  } catch (const SchemaRegistryError&) {
    // The topics can be listed without it; nothing is importable while the registry is away.
  }
  std::vector<log::TopicInfo> topics = engine_.services_.log->list_topics();
  std::sort(topics.begin(), topics.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (const log::TopicInfo& topic : topics) {
    const bool internal =
        topic.internal || topic.name.starts_with("_") || topic.name == engine_.services_.processing_log_topic;
    if (internal && !all) continue;
    const bool importable =
        !internal && std::find(subjects.begin(), subjects.end(), topic.name + "-value") != subjects.end();
    std::vector<std::string> row = {topic.name, std::to_string(topic.config.partitions),
                                    std::to_string(topic.config.replicas),
                                    importable ? imported_stream_name(topic.name) : ""};
    if (extended) {
      std::string starts, ends;
      for (int32_t p = 0; p < topic.config.partitions; ++p) {
        starts += (p > 0 ? ", " : "") + std::to_string(engine_.services_.log->begin_offset({topic.name, p}));
        ends += (p > 0 ? ", " : "") + std::to_string(engine_.services_.log->end_offset({topic.name, p}));
      }
      row.insert(row.end(), {starts, ends});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

// Empty where it can't be told now.
std::string StatementExecutor::shown_lag(const QueryDefinition& query) {
  try {
    const auto lag = input_lag(query, *engine_.services_.log);
    return lag ? std::to_string(*lag) : "";
  } catch (const log::LogError&) {
    return "";
  }
}

namespace {

std::string shown_reason(const QueryStatus& status) {
  const int64_t left = status.restore_left.load();
  if (left > 0) return "State is restored: " + std::to_string(left) + " changelog records are left to replay.";
  return status.reason();
}

}  // namespace

TableResult StatementExecutor::show_queries(bool extended) {
  TableResult table;
  table.columns = {"Query ID", "Query Type", "Status", "Sink Name", "Sink Kafka Topic", "Query String"};
  if (extended) table.columns.insert(table.columns.end(), {"Records In", "Records Out", "Errors", "Reason", "Lag", "Stream Time",
                                                       "Last Output", "Last Error"});
  const auto add = [&](std::vector<std::string> row, const QueryStatus* status) {
    if (extended) {
      row.push_back(status ? std::to_string(status->records_in.load()) : "");
      row.push_back(status ? std::to_string(status->records_out.load()) : "");
      row.push_back(status ? std::to_string(status->error_count()) : "");
      row.push_back(status ? shown_reason(*status) : "");
      const auto definition = status == nullptr ? nullptr : engine_.query_definition(row[0]);
      row.push_back(definition ? shown_lag(*definition) : "");
      const auto time = [](int64_t millis) { return millis == INT64_MIN ? "" : timestamp_to_text(millis); };
      row.push_back(status ? time(status->stream_time.load()) : "");
      row.push_back(status ? time(status->last_output_ms.load()) : "");
      row.push_back(status ? status->last_error().last_message : "");
    }
    table.rows.push_back(std::move(row));
  };
  for (const PersistentQueryPtr& query : engine_.catalog_->queries()) {
    const auto status = engine_.query_status(query->id);
    const SourcePtr sink = engine_.catalog_->find_source(query->sink);
    add({query->id, "PERSISTENT", status ? query_state_name(status->state()) : "UNKNOWN", query->sink,
         sink ? sink->topic : "", query->sql},
        status.get());
  }
  std::vector<std::string> push;
  {
    std::lock_guard lock(engine_.queries_mutex_);
    for (const auto& [id, stream] : engine_.push_queries_) {
      const auto client = stream.lock();
      if (client && !client->closed()) push.push_back(id);
    }
  }
  for (const std::string& id : push) add({id, "PUSH", "RUNNING", "", "", ""}, nullptr);
  return table;
}

TableResult StatementExecutor::show_servers() {
  TableResult table;
  table.columns = {"Server", "Listener", "Version", "State", "Last Heartbeat", "Slots", "Running", "Failing"};
  for (const ServerInfo& server : engine_.servers()) {
    size_t running = 0, failing = 0;
    for (const auto& [id, query] : server.queries) {
      running += query.state == query_state_name(QueryStatus::State::kRunning);
      failing += query.state == query_state_name(QueryStatus::State::kError) ||
                 query.state == query_state_name(QueryStatus::State::kRetrying);
    }
    table.rows.push_back({server.id, server.listener, server.version, server.alive ? "ALIVE" : "EXPIRED",
                          timestamp_to_text(server.heartbeat_ms), std::to_string(server.slots.size()),
                          std::to_string(running), std::to_string(failing)});
  }
  return table;
}

TableResult StatementExecutor::show_properties() {
  TableResult table;
  table.columns = {"Property", "Scope", "Default override", "Effective Value"};
  for (const PropertyDefinition& definition : property_definitions()) {
    const auto session = session_.properties.find(definition.name);
    const auto& overrides = engine_.config_.overrides();
    const bool local = session != session_.properties.end();
    const bool server = overrides.contains(definition.name);
    std::string value = engine_.setting(session_.properties, definition.name);
    value = definition.secret && !value.empty() ? "***" : sql::shown_value(definition.name, value);
    table.rows.push_back({definition.name, definition.session ? "SESSION" : "SERVER",
                          local                                 ? "SESSION"
                          : engine_.is_altered(definition.name) ? "SYSTEM"
                          : server                              ? "SERVER"
                                                                : "",
                          std::move(value)});
  }
  // Client settings of Kafka: their names, and their values unless they are secret.
  for (const auto& [name, value] : engine_.config_.overrides()) {
    if (Config::find(name) == nullptr)
      table.rows.push_back({name, "KAFKA", "SERVER", Config::is_secret(name) ? "***" : sql::shown_value(name, value)});
  }
  return table;
}

}  // namespace weir
