// CREATE, DROP, INSERT INTO … SELECT, IMPORT TOPICS, types and the control of queries.
#include <algorithm>

#include "engine/exec/like_pattern.h"
#include "engine/plan/upgrade_check.h"
#include "engine/runtime/error_topics.h"
#include "engine/runtime/query_topics.h"
#include "engine/runtime/statement_executor.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {

log::TopicConfig topic_config(const TopicNeed& need) {
  log::TopicConfig config;
  config.partitions = need.partitions.value_or(1);
  config.replicas = need.replicas;
  if (need.retention_ms) config.retention_ms = *need.retention_ms;
  if (need.cleanup_policy) {
    config.cleanup = *need.cleanup_policy == "compact"          ? log::Cleanup::kCompact
                     : *need.cleanup_policy == "compact,delete" ? log::Cleanup::kCompactDelete
                                                                : log::Cleanup::kDelete;
  }
  return config;
}

}  // namespace

// Creates the topic when it is missing. True: it was made now.
bool StatementExecutor::ensure_topic(const TopicNeed& need, const sql::Identifier& source) {
  const auto existing = engine_.services_.log->describe_topic(need.topic);
  if (existing) {
    if (need.partitions && *need.partitions != existing->config.partitions) {
      refuse("The topic " + need.topic + " exists with " + std::to_string(existing->config.partitions) +
                 " partitions, but PARTITIONS is " + std::to_string(*need.partitions) +
                 ". Leave PARTITIONS out or use another topic.",
             source.pos);
    }
    return false;
  }
  if (need.must_exist) {
    std::vector<std::string> names;
    for (const log::TopicInfo& topic : engine_.services_.log->list_topics()) names.push_back(topic.name);
    refuse("The topic '" + need.topic + "' does not exist." + suggestion(need.topic, names, "'") +
               " Add PARTITIONS to the WITH clause to have it created.",
           source.pos);
  }
  try {
    engine_.services_.log->create_topic(need.topic, topic_config(need));
  } catch (const log::LogError& e) {
    if (e.kind() != log::LogError::Kind::kExists) throw;
    return ensure_topic(need, source);  // somebody was quicker; it has to be as this statement says
  }
  return true;
}

StatementResult StatementExecutor::execute(const sql::CreateSource& s) {
  const auto lock = engine_.lock_statements();
  const SourcePtr existing = engine_.catalog_->find_source(s.name.name);
  if (existing && s.if_not_exists && !s.or_replace) return source_exists(s.kind, *existing);
  BoundCreateSource bound = bind_create_source(s, engine_.bind_context(session_));
  if (existing && existing->query && engine_.catalog_->find_query(*existing->query)) {
    refuse("CREATE OR REPLACE of " + s.name.name + " would take it away from the query " + *existing->query +
               " that writes it. DROP it first.",
           s.name.pos);
  }
  ensure_topic(bound.topic, s.name);
  if (const std::string& letters = bound.source.errors.dead_letter_topic; !letters.empty()) {
    ensure_topic_like(*engine_.services_.log, letters, bound.source.topic);
  }
  const auto register_side = [&](bool key) {
    FormatContext context{key ? bound.source.key_format : bound.source.value_format,
                          key,
                          bound.source.topic,
                          {},
                          engine_.services_.tasks.registry};
    for (const SourceColumn* column : key ? bound.source.key_columns() : bound.source.value_columns()) {
      context.columns.push_back({column->name, column->type});
    }
    if (!context.columns.empty()) register_schema(context);
  };
  if (bound.register_key_schema) register_side(true);
  if (bound.register_value_schema) register_side(false);
  Command command;
  command.statement = canonical();
  bound.source.sql = command.statement;
  command.source = std::move(bound.source);
  engine_.append_and_apply(command);
  StatementResult result;
  result.message = s.kind == sql::SourceKind::kStream ? "Stream created" : "Table created";
  return result;
}

void StatementExecutor::create_sink_and_query(const BoundPersistentQuery& bound, const sql::Identifier& name,
                                              Command& command) {
  bool made = false;
  if (bound.topic) {
    made = ensure_topic(*bound.topic, name);
    const SinkSpec& sink = *bound.plan.sink;
    if (uses_schema_registry(sink.key_format.kind) && !sink.key_columns.empty()) {
      register_schema({sink.key_format, true, sink.topic, sink.key_columns, engine_.services_.tasks.registry});
    }
    if (uses_schema_registry(sink.value_format.kind) && !sink.value_columns.empty()) {
      register_schema({sink.value_format, false, sink.topic, sink.value_columns, engine_.services_.tasks.registry});
    }
  }
  command.statement = canonical();
  if (bound.sink) {
    command.source = bound.sink;
    command.source->sql = command.statement;
    command.source->query = bound.query_id;
  }
  PersistentQuery query;
  query.id = bound.query_id;
  query.sql = command.statement;
  query.sink = bound.plan.sink->source;
  query.sources = bound.sources;
  query.plan = to_json(bound.plan);
  query.properties = session_.properties;
  query.properties["auto.offset.reset"] = engine_.setting(session_.properties, "auto.offset.reset");
  command.query = std::move(query);
  try {
    // Found out before the command is recorded: a plan that can't be run must not come back at every start.
    const auto resolved = engine_.resolve(bound.query_id, bound.plan, false, session_.properties);
    command.query->source_partitions = source_partitions(*resolved);
  } catch (...) {
    if (made) engine_.services_.log->delete_topic(bound.topic->topic);
    throw;
  }
}

// CREATE OR REPLACE … AS of what exists: the query that writes it must be able to go on as the new one.
void StatementExecutor::check_replaced_query(const BoundPersistentQuery& bound, const sql::Identifier& name) {
  for (const std::string& writer : engine_.catalog_->writers_of(name.name)) {
    if (writer == bound.query_id) continue;
    refuse("'" + name.name + "' can't be replaced: the query " + writer + " writes it as well. TERMINATE it first.",
           name.pos);
  }
  if (std::find(bound.sources.begin(), bound.sources.end(), name.name) != bound.sources.end()) {
    refuse("'" + name.name + "' can't be replaced by a query that reads it.", name.pos);
  }
  const PersistentQueryPtr running = engine_.catalog_->find_query(bound.query_id);
  if (!running) return;
  const std::string obstacle = upgrade_obstacle(plan_from_json(running->plan), bound.plan);
  if (obstacle.empty()) return;
  refuse("The query " + running->id + " can't go on as this one: " + obstacle +
             " Filters and the select list may change, and columns may be added at the end. For anything else DROP " +
             name.name + " and create it anew.",
         name.pos);
}

StatementResult StatementExecutor::execute(const sql::CreateSourceAs& s) {
  const auto lock = engine_.lock_statements();
  const SourcePtr existing = engine_.catalog_->find_source(s.name.name);
  if (existing && s.if_not_exists && !s.or_replace) return source_exists(s.kind, *existing);
  const BoundPersistentQuery bound = bind_create_source_as(s, engine_.bind_context(session_));
  if (existing) check_replaced_query(bound, s.name);
  Command command;
  create_sink_and_query(bound, s.name, command);
  engine_.append_and_apply(command);
  StatementResult result;
  result.message = "Created query with ID " + bound.query_id;
  result.query_id = bound.query_id;
  return result;
}

StatementResult StatementExecutor::execute(const sql::InsertInto& s) {
  const auto lock = engine_.lock_statements();
  const BoundPersistentQuery bound = bind_insert_into(s, engine_.bind_context(session_));
  Command command;
  create_sink_and_query(bound, s.target, command);
  engine_.append_and_apply(command);
  StatementResult result;
  result.message = "Created query with ID " + bound.query_id;
  result.query_id = bound.query_id;
  return result;
}

StatementResult StatementExecutor::execute(const sql::DropSource& s) {
  const auto lock = engine_.lock_statements();
  StatementResult result;
  if (!engine_.catalog_->find_source(s.name.name) && s.if_exists)
    return nothing_to_do("Source " + s.name.name + " does not exist.");
  const SourcePtr source = require_source(s.name, s.kind);
  std::vector<std::string> users = engine_.catalog_->readers_of(source->name);
  for (const std::string& writer : engine_.catalog_->writers_of(source->name)) {
    if (!source->query || writer != *source->query) users.push_back(writer);
  }
  if (!users.empty()) {
    std::string list;
    for (const std::string& user : users) list += (list.empty() ? "" : ", ") + user;
    refuse("Cannot drop " + source->name + ": it is used by the queries " + list + ". TERMINATE them first.",
           s.name.pos);
  }
  if (source->name == "KSQL_PROCESSING_LOG") {
    refuse("KSQL_PROCESSING_LOG belongs to the engine and can't be dropped.", s.name.pos);
  }
  if (s.delete_topic && source->read_only) {
    refuse(source->name + " is read-only: its topic can't be deleted. Leave out DELETE TOPIC.", s.name.pos);
  }
  Command command;
  command.action = Command::Action::kDropSource;
  command.statement = canonical();
  command.name = source->name;
  engine_.append_and_apply(command);
  if (s.delete_topic) {
    engine_.services_.log->delete_topic(source->topic);
    for (const bool key : {true, false}) {
      if (!uses_schema_registry((key ? source->key_format : source->value_format).kind)) continue;
      try {
        engine_.services_.tasks.registry->delete_subject(source->topic + (key ? "-key" : "-value"));
      } catch (const SchemaRegistryError& e) {
        if (e.kind() != SchemaRegistryError::Kind::kNotFound) result.warnings.push_back(e.what());
      }
    }
  }
  result.message = "Source " + sql::quote_identifier(source->name) + " (topic: " + source->topic + ") was dropped.";
  return result;
}

StatementResult StatementExecutor::execute(const sql::CreateType& s) {
  const auto lock = engine_.lock_statements();
  if (const TypePtr existing = engine_.catalog_->find_type(s.name.name)) {
    const std::string message =
        "Cannot register type " + s.name.name + ": it is already registered as " + existing->to_string() + ".";
    if (!s.if_not_exists) refuse(message + " DROP TYPE it first.", s.name.pos);
    return nothing_to_do(message);
  }
  Command command;
  command.action = Command::Action::kCreateType;
  command.statement = canonical();
  command.name = s.name.name;
  command.type = resolve_type(*s.type, engine_.catalog_.get())->to_string();
  engine_.append_and_apply(command);
  StatementResult result;
  result.message = "Registered custom type with name '" + s.name.name + "' and SQL type " + command.type;
  return result;
}

StatementResult StatementExecutor::execute(const sql::DropType& s) {
  const auto lock = engine_.lock_statements();
  if (!engine_.catalog_->find_type(s.name.name)) {
    const std::string message = "Type " + s.name.name + " does not exist.";
    if (s.if_exists) return nothing_to_do(message);
    std::vector<std::string> names;
    for (const auto& [name, type] : engine_.catalog_->types()) names.push_back(name);
    refuse(message + suggestion(s.name.name, names), s.name.pos);
  }
  Command command;
  command.action = Command::Action::kDropType;
  command.statement = canonical();
  command.name = s.name.name;
  engine_.append_and_apply(command);
  StatementResult result;
  result.message = "Dropped type '" + s.name.name + "'";
  return result;
}

// For each matching topic the CREATE STREAM that the registry's schemas stand for.
StatementResult StatementExecutor::execute(const sql::ImportTopics& s) {
  StatementResult result;
  TableResult table;
  table.columns = {"Stream Name", "Kafka Topic", "Status"};
  size_t matched = 0;
  const LikePattern pattern(s.like, "");
  for (const log::TopicInfo& topic : engine_.services_.log->list_topics()) {
    if (topic.internal || topic.name.starts_with("_") || !pattern.matches(topic.name)) continue;
    ++matched;
    const std::string name = imported_stream_name(topic.name);
    SchemaRegistry& registry = *engine_.services_.tasks.registry;
    const auto value = registry.latest(topic.name + "-value");
    if (!value) {
      table.rows.push_back({name, topic.name, "skipped: the registry has no schema for " + topic.name + "-value"});
      continue;
    }
    if (engine_.catalog_->find_source(name)) {
      table.rows.push_back({name, topic.name, "skipped: it exists"});
      continue;
    }
    const auto key = registry.latest(topic.name + "-key");
    const auto format_of = [](const std::string& type) { return type == "JSON" ? "JSON_SR" : type; };
    const std::string text = "CREATE STREAM " + sql::quote_identifier(name) + " WITH (KAFKA_TOPIC='" + topic.name +
                             "', KEY_FORMAT='" + (key ? format_of(key->type) : "NONE") + "', VALUE_FORMAT='" +
                             format_of(value->type) + "')";
    const sql::StatementPtr create = sql::parse_statement(text + ";");
    StatementExecutor(engine_, session_, *create).run();
    table.rows.push_back({name, topic.name, "created"});
  }
  if (matched == 0) {
    refuse("No topic matches '" + s.like + "'. SHOW TOPICS lists what can be imported; % stands for any characters.");
  }
  result.tables.push_back(std::move(table));
  return result;
}

StatementResult StatementExecutor::execute(const sql::ControlQuery& s) {
  const auto lock = engine_.lock_statements();
  using Action = sql::QueryAction;
  std::vector<PersistentQueryPtr> queries;
  StatementResult result;
  if (s.query_id) {
    std::shared_ptr<QueuedRowStream> push;
    {
      std::lock_guard queries_lock(engine_.queries_mutex_);
      const auto found = engine_.push_queries_.find(s.query_id->name);
      if (found != engine_.push_queries_.end()) push = found->second.lock();
    }
    if (push && s.action == Action::kTerminate) {
      push->close();
      result.message = "Query " + s.query_id->name + " terminated.";
      return result;
    }
    queries.push_back(require_query(*s.query_id));
  } else {
    queries = engine_.catalog_->queries();
  }
  for (const PersistentQueryPtr& query : queries) {
    Command command;
    command.statement = canonical();
    command.name = query->id;
    command.action = s.action == Action::kTerminate ? Command::Action::kTerminate
                     : s.action == Action::kPause   ? Command::Action::kPause
                                                    : Command::Action::kResume;
    const auto status = engine_.query_status(query->id);
    const bool failed = status && status->state() == QueryStatus::State::kError;
    if (s.action == Action::kPause && query->paused) continue;
    if (s.action == Action::kResume && !query->paused && !failed) continue;
    engine_.append_and_apply(command);
  }
  const char* verb = s.action == Action::kTerminate ? " terminated."
                     : s.action == Action::kPause   ? " paused."
                                                    : " resumed.";
  result.message = s.query_id ? "Query " + s.query_id->name + verb : "All queries" + std::string(verb);
  return result;
}

}  // namespace weir
