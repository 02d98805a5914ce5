#include "engine/runtime/command.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "engine/plan/binder.h"
#include "engine/plan/error_policy_json.h"
#include "engine/sql/parser.h"

namespace weir {

namespace {

using Json = nlohmann::json;

const std::vector<std::pair<Command::Action, const char*>>& action_names() {
  using Action = Command::Action;
  static const std::vector<std::pair<Action, const char*>> names = {{Action::kCreate, "create"},
                                                                    {Action::kDropSource, "drop_source"},
                                                                    {Action::kTerminate, "terminate"},
                                                                    {Action::kPause, "pause"},
                                                                    {Action::kResume, "resume"},
                                                                    {Action::kCreateType, "create_type"},
                                                                    {Action::kDropType, "drop_type"},
                                                                    {Action::kCreateConnector, "create_connector"},
                                                                    {Action::kDropConnector, "drop_connector"},
                                                                    {Action::kAlterSystem, "alter_system"}};
  return names;
}

Json format_json(const FormatSpec& spec) {
  Json json = {{"format", format_name(spec.kind)}, {"delimiter", spec.delimiter}, {"wrap", spec.wrap_single_value}};
  if (spec.schema_id) json["schema_id"] = *spec.schema_id;
  if (!spec.schema_full_name.empty()) json["full_name"] = spec.schema_full_name;
  if (spec.protobuf_nullable != ProtobufNullable::kDefault) {
    json["nullable"] = protobuf_nullable_name(spec.protobuf_nullable);
  }
  return json;
}

FormatSpec format_of(const Json& json) {
  FormatSpec spec;
  const auto kind = format_from_name(json.at("format").get<std::string>());
  if (!kind) throw std::invalid_argument("unknown format " + json.at("format").get<std::string>());
  spec.kind = *kind;
  spec.delimiter = json.at("delimiter");
  spec.wrap_single_value = json.at("wrap");
  if (json.contains("schema_id")) spec.schema_id = json["schema_id"].get<int>();
  spec.schema_full_name = json.value("full_name", "");
  spec.protobuf_nullable = protobuf_nullable_from_name(json.value("nullable", "")).value_or(ProtobufNullable::kDefault);
  return spec;
}

Json source_json(const Source& source) {
  Json columns = Json::array();
  for (const SourceColumn& column : source.columns) {
    columns.push_back({{"name", column.name},
                       {"type", column.type->to_string()},
                       {"role", static_cast<int>(column.role)},
                       {"header", column.header_key}});
  }
  Json json = {{"kind", sql::source_kind_name(source.kind)},
               {"name", source.name},
               {"columns", columns},
               {"topic", source.topic},
               {"key_format", format_json(source.key_format)},
               {"value_format", format_json(source.value_format)},
               {"timestamp_column", source.timestamp_column},
               {"timestamp_format", source.timestamp_format},
               {"read_only", source.read_only},
               {"sql", source.sql}};
  if (source.window)
    json["window"] = {{"kind", static_cast<int>(source.window->kind)}, {"size_ms", source.window->size_ms}};
  if (source.query) json["query"] = *source.query;
  if (source.ttl_ms) json["ttl_ms"] = *source.ttl_ms;
  put_error_policy(source.errors, json);
  return json;
}

Source source_of(const Json& json) {
  Source source;
  source.kind = json.at("kind") == "TABLE" ? sql::SourceKind::kTable : sql::SourceKind::kStream;
  source.name = json.at("name");
  for (const Json& column : json.at("columns")) {
    source.columns.push_back({column.at("name"), resolve_type(*sql::parse_type_name(column.at("type")), nullptr),
                              static_cast<SourceColumn::Role>(column.at("role").get<int>()), column.at("header")});
  }
  source.topic = json.at("topic");
  source.key_format = format_of(json.at("key_format"));
  source.value_format = format_of(json.at("value_format"));
  source.timestamp_column = json.at("timestamp_column");
  source.timestamp_format = json.at("timestamp_format");
  source.read_only = json.at("read_only");
  source.sql = json.at("sql");
  if (json.contains("window")) {
    source.window = WindowInfo{static_cast<sql::WindowClause::Kind>(json["window"].at("kind").get<int>()),
                               json["window"].at("size_ms")};
  }
  if (json.contains("query")) source.query = json["query"].get<std::string>();
  if (json.contains("ttl_ms")) source.ttl_ms = json["ttl_ms"].get<int64_t>();
  source.errors = error_policy_of(json);
  return source;
}

}  // namespace

std::string command_to_json(const Command& command) {
  Json json = {{"version", 1}, {"statement", command.statement}};
  if (!command.id.empty()) json["id"] = command.id;
  if (command.base) json["base"] = *command.base;
  for (const auto& [action, name] : action_names()) {
    if (action == command.action) json["action"] = name;
  }
  if (command.source) json["source"] = source_json(*command.source);
  if (command.query) {
    const PersistentQuery& query = *command.query;
    json["query"] = {{"id", query.id},
                     {"sql", query.sql},
                     {"sink", query.sink},
                     {"sources", query.sources},
                     {"plan", Json::parse(query.plan)},
                     {"properties", query.properties},
                     {"source_partitions", query.source_partitions}};
  }
  if (!command.name.empty()) json["name"] = command.name;
  if (!command.type.empty()) json["type"] = command.type;
  if (!command.value.empty()) json["value"] = command.value;
  if (command.connector) {
    json["connector"] = {{"name", command.connector->name},
                         {"is_source", command.connector->is_source},
                         {"properties", command.connector->properties},
                         {"sql", command.connector->sql}};
  }
  return json.dump();
}

Command command_from_json(const std::string& text) try {
  const Json json = Json::parse(text);
  if (json.at("version") != 1) throw std::invalid_argument("the command's version is newer than this program");
  Command command;
  bool known = false;
  for (const auto& [action, name] : action_names()) {
    if (json.at("action") == name) {
      command.action = action;
      known = true;
    }
  }
  if (!known) throw std::invalid_argument("unknown action " + json.at("action").dump());
  command.statement = json.at("statement");
  command.id = json.value("id", "");
  if (json.contains("base")) command.base = json["base"].get<int64_t>();
  if (json.contains("source")) command.source = source_of(json["source"]);
  if (json.contains("query")) {
    const Json& query = json["query"];
    PersistentQuery out;
    out.id = query.at("id");
    out.sql = query.at("sql");
    out.sink = query.at("sink");
    out.sources = query.at("sources").get<std::vector<std::string>>();
    out.plan = query.at("plan").dump();
    out.properties = query.at("properties").get<std::map<std::string, std::string>>();
    if (query.contains("source_partitions")) {
      out.source_partitions = query["source_partitions"].get<std::map<std::string, int32_t>>();
    }
    command.query = std::move(out);
  }
  command.name = json.value("name", "");
  command.type = json.value("type", "");
  command.value = json.value("value", "");
  if (json.contains("connector")) {
    const Json& connector = json["connector"];
    command.connector =
        ConnectorDefinition{connector.at("name"), connector.at("is_source"),
                            connector.at("properties").get<std::map<std::string, std::string>>(), connector.at("sql")};
  }
  return command;
} catch (const Json::exception& e) {
  throw std::invalid_argument(std::string("the command can't be read: ") + e.what());
}

CommandEnvelope command_envelope(const std::string& text) {
  CommandEnvelope envelope;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return envelope;
  const auto text_of = [&](const char* field) {
    const auto found = json.find(field);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  envelope.id = text_of("id");
  envelope.statement = text_of("statement");
  const auto base = json.find("base");
  if (base != json.end() && base->is_number_integer()) envelope.base = base->get<int64_t>();
  return envelope;
}

}  // namespace weir
