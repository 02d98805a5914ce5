#include "tests/unit/plan/plan_test_env.h"

#include <variant>

#include "engine/sql/formatter.h"

namespace weir {

int MemoryRegistry::register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                                    const std::vector<SchemaReference>& references) {
  const auto is_known = [&](const RegisteredSchema& known) {
    return known.schema == schema && known.type == type && known.references == references;
  };
  // put() may have given one schema several ids: the subject's own goes before the others.
  if (const auto known = latest_.find(subject); known != latest_.end() && is_known(schemas_.at(known->second)))
    return known->second;
  for (const auto& [id, known] : schemas_) {
    if (is_known(known)) return latest_[subject] = id;
  }
  const int id = free_id();
  put(id, subject, type, schema, references);
  return id;
}

void MemoryRegistry::put(int id, const std::string& subject, const std::string& type, const std::string& schema,
                         const std::vector<SchemaReference>& references) {
  schemas_[id] = {id, 1, subject, type, schema, references};
  latest_[subject] = id;
}

int MemoryRegistry::free_id() const {
  int id = 1;
  while (schemas_.count(id) != 0) ++id;
  return id;
}

RegisteredSchema MemoryRegistry::schema_by_id(int id) {
  const auto found = schemas_.find(id);
  if (found == schemas_.end()) {
    throw SchemaRegistryError(SchemaRegistryError::Kind::kNotFound, "no schema with id " + std::to_string(id));
  }
  return found->second;
}

std::optional<RegisteredSchema> MemoryRegistry::latest(const std::string& subject) {
  const auto found = latest_.find(subject);
  if (found == latest_.end()) return std::nullopt;
  return schemas_.at(found->second);
}

std::vector<std::string> MemoryRegistry::subjects() {
  std::vector<std::string> out;
  for (const auto& [subject, id] : latest_) out.push_back(subject);
  return out;
}

PlanTestEnv::PlanTestEnv() : functions(FunctionRegistry::standard()) {}

BindContext PlanTestEnv::context() {
  BindContext context;
  context.catalog = &catalog;
  context.functions = functions.get();
  context.registry = &registry;
  context.topic_partitions = [this](const std::string& topic) -> std::optional<int32_t> {
    const auto found = topics.find(topic);
    if (found != topics.end()) return found->second;
    return any_topic ? std::optional<int32_t>(1) : std::nullopt;
  };
  context.properties = properties;
  context.make_query_id = [this](const std::string& prefix, const std::string& sink) {
    return prefix + (sink.empty() ? "" : "_" + sink) + "_" + std::to_string(catalog.next_query_number());
  };
  return context;
}

void PlanTestEnv::register_sides(const Source& source, bool key, bool value) {
  for (const bool is_key : {true, false}) {
    const FormatSpec& spec = is_key ? source.key_format : source.value_format;
    FormatContext side{spec, is_key, source.topic, {}, {std::shared_ptr<void>(), &registry}};
    for (const SourceColumn* column : is_key ? source.key_columns() : source.value_columns()) {
      side.columns.push_back({column->name, column->type});
    }
    if ((is_key ? key : value) && !side.columns.empty() && uses_schema_registry(spec.kind)) weir::register_schema(side);
  }
}

void PlanTestEnv::apply(const BoundPersistentQuery& query) {
  if (query.sink) catalog.put_source(std::make_shared<Source>(*query.sink));
  auto persistent = std::make_shared<PersistentQuery>();
  persistent->id = query.query_id;
  persistent->sink = query.plan.sink->source;
  persistent->sources = query.sources;
  catalog.put_query(persistent);
  if (query.sink) register_sides(*query.sink, true, true);
  last_ = std::make_unique<BoundPersistentQuery>(query);
}

void PlanTestEnv::execute(const sql::Statement& statement) {
  if (const auto* create = std::get_if<sql::CreateSource>(&statement.body)) {
    const BoundCreateSource bound = bind_create_source(*create, context());
    register_sides(bound.source, bound.register_key_schema, bound.register_value_schema);
    catalog.put_source(std::make_shared<Source>(bound.source));
  } else if (const auto* as = std::get_if<sql::CreateSourceAs>(&statement.body)) {
    apply(bind_create_source_as(*as, context()));
  } else if (const auto* into = std::get_if<sql::InsertInto>(&statement.body)) {
    apply(bind_insert_into(*into, context()));
  } else if (const auto* values = std::get_if<sql::InsertValues>(&statement.body)) {
    bind_insert_values(*values, context());
  } else if (const auto* select = std::get_if<sql::SelectStatement>(&statement.body)) {
    bind_push_query(*select->query, context());
  } else if (const auto* type = std::get_if<sql::CreateType>(&statement.body)) {
    catalog.put_type(type->name.name, resolve_type(*type->type, &catalog));
  } else if (const auto* drop = std::get_if<sql::DropSource>(&statement.body)) {
    catalog.remove_source(drop->name.name);
  } else {
    throw StatementError(StatementError::Kind::kNotSupported, "a statement that this test doesn't execute");
  }
}

BoundPersistentQuery PlanTestEnv::persistent(const std::string& sql) {
  execute(sql);
  return *last_;
}

BoundPushQuery PlanTestEnv::push(const std::string& sql) {
  const auto statement = sql::parse_statement(sql);
  return bind_push_query(*std::get<sql::SelectStatement>(statement->body).query, context());
}

BoundInsertValues PlanTestEnv::insert(const std::string& sql) {
  const auto statement = sql::parse_statement(sql);
  return bind_insert_values(std::get<sql::InsertValues>(statement->body), context());
}

std::string PlanTestEnv::refusal(const std::string& sql) {
  try {
    execute(sql);
    return "";
  } catch (const StatementError& error) {
    return error.what();
  }
}

std::string schema_text_of(const PlanSchema& schema) {
  std::string out;
  for (const PlanColumn& column : schema) {
    out += (out.empty() ? "" : ", ") + column.name + " " + column.type->to_string() + (column.key ? " KEY" : "");
  }
  return out;
}

std::string schema_text_of(const Source& source) {
  PlanSchema schema;
  for (const SourceColumn& column : source.columns) {
    schema.push_back({column.name, column.type, column.role == SourceColumn::Role::kKey});
  }
  return schema_text_of(schema);
}

}  // namespace weir
