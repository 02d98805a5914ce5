// A catalog, topics and a registry in memory, to bind statements against. One test each.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/plan/binder.h"
#include "engine/sql/parser.h"

namespace weir {

class MemoryRegistry final : public SchemaRegistry {
 public:
  int register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                      const std::vector<SchemaReference>& references = {}) override;
  // A schema under an id that a test chooses.
  void put(int id, const std::string& subject, const std::string& type, const std::string& schema,
           const std::vector<SchemaReference>& references = {});
  // The lowest that no schema has: 1, 2, … as a registry gives them.
  int free_id() const;
  RegisteredSchema schema_by_id(int id) override;
  std::optional<RegisteredSchema> latest(const std::string& subject) override;
  std::optional<RegisteredSchema> schema_version(const std::string& subject, int) override { return latest(subject); }
  void import_schema(const RegisteredSchema& schema) override {
    put(schema.id, schema.subject, schema.type, schema.schema, schema.references);
  }
  std::vector<std::string> subjects() override;
  void delete_subject(const std::string& subject) override { latest_.erase(subject); }
  std::string description() const override { return "the test's registry"; }

 private:
  std::map<int, RegisteredSchema> schemas_;
  std::map<std::string, int> latest_;
};

class PlanTestEnv {
 public:
  PlanTestEnv();

  BindContext context();

  // Binds a statement and lets it take effect on the catalog; throws StatementError.
  void execute(const std::string& sql) { execute(*sql::parse_statement(sql)); }
  void execute(const sql::Statement& statement);
  // The last persistent query that was bound.
  const BoundPersistentQuery& last() const { return *last_; }

  BoundPersistentQuery persistent(const std::string& sql);
  BoundPushQuery push(const std::string& sql);
  BoundInsertValues insert(const std::string& sql);
  // The message with which the statement is refused; "" when it isn't.
  std::string refusal(const std::string& sql);

  Catalog catalog;
  MemoryRegistry registry;
  std::map<std::string, int32_t> topics;  // partition counts
  bool any_topic = true;                  // topics that aren't listed have one partition
  std::map<std::string, std::string> properties;
  std::shared_ptr<const FunctionRegistry> functions;

 private:
  void register_sides(const Source& source, bool key, bool value);
  void apply(const BoundPersistentQuery& query);
  std::unique_ptr<BoundPersistentQuery> last_;
};

// "ID INTEGER KEY, NAME STRING"
std::string schema_text_of(const PlanSchema& schema);
std::string schema_text_of(const Source& source);

}  // namespace weir
