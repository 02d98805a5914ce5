#include "tests/unit/plan/plan_checks.h"

#include <doctest/doctest.h>

#include <set>

#include "engine/plan/binder.h"
#include "engine/sql/parser.h"

namespace weir {

namespace {

void check_expression_type(const std::string& sql, const PlanSchema& input, const TypePtr& type,
                           const FunctionRegistry& functions) {
  CAPTURE(sql);
  try {
    const BoundExprPtr bound = bind_expression(sql::parse_expression(sql), input, functions, nullptr);
    CHECK(bound->type->to_string() == type->to_string());
  } catch (const StatementError& error) {
    FAIL_CHECK("does not bind over its input: " << error.what());
  }
}

void check_node(const PlanNode& node, const FunctionRegistry& functions, std::set<std::string>& ids) {
  CAPTURE(node.id);
  CHECK(ids.insert(node.id).second);
  std::set<std::string> names;
  bool value_seen = false;
  for (const PlanColumn& column : node.schema) {
    CHECK(names.insert(column.name).second);
    CHECK_FALSE((column.key && value_seen));  // key columns come first
    value_seen = value_seen || !column.key;
  }
  switch (node.kind) {
    case PlanKind::kSource:
      REQUIRE(node.source);
      CHECK(node.source->columns.size() == node.schema.size());
      CHECK(node.inputs.empty());
      break;
    case PlanKind::kFilter:
      check_expression_type(node.predicate, node.inputs.at(0)->schema, Type::boolean(), functions);
      break;
    case PlanKind::kProject:
      REQUIRE(node.expressions.size() == node.schema.size());
      for (size_t i = 0; i < node.schema.size(); ++i) {
        CHECK(node.expressions[i].name == node.schema[i].name);
        CHECK(node.expressions[i].key == node.schema[i].key);
        if (node.expressions[i].property != RowProperty::kNone) {
          CHECK(node.schema[i].type->kind() == TypeKind::kBigint);
          continue;
        }
        check_expression_type(node.expressions[i].sql, node.inputs.at(0)->schema, node.schema[i].type, functions);
      }
      break;
    case PlanKind::kFlatMap: {
      const PlanSchema& input = node.inputs.at(0)->schema;
      REQUIRE(node.schema.size() == input.size() + node.expressions.size());
      for (size_t i = 0; i < node.expressions.size(); ++i) {
        CAPTURE(node.expressions[i].sql);
        const BoundExprPtr call =
            bind_table_function(sql::parse_expression(node.expressions[i].sql), input, functions, nullptr);
        CHECK(node.expressions[i].name == node.schema[input.size() + i].name);
        CHECK(same_type(call->type->element(), node.schema[input.size() + i].type));
      }
      break;
    }
    case PlanKind::kRepartition:
      CHECK_FALSE(node.repartition_topic.empty());
      // Only what a join by a foreign key writes comes from no node below.
      if (!node.inputs.empty()) CHECK(node.schema.size() == node.inputs[0]->schema.size());
      break;
    case PlanKind::kForeignKeyLookup:
      REQUIRE(node.inputs.size() == 2);
      CHECK(node.inputs[0]->kind == PlanKind::kRepartition);
      CHECK(node.inputs[0]->inputs.empty());
      CHECK(node.inputs[1]->table);
      break;
    case PlanKind::kForeignKeyJoin: {
      REQUIRE(node.inputs.size() == 2);
      REQUIRE(node.table_join_type);
      CHECK(node.table);
      CHECK(node.inputs[0]->table);
      CHECK(node.inputs[1]->partition_column == "#PARTITION");
      const PlanNode& lookup = *node.inputs[1]->inputs.at(0);
      CHECK(lookup.kind == PlanKind::kForeignKeyLookup);
      for (size_t i = 0; i < node.foreign_keys.size(); ++i) {
        check_expression_type(node.foreign_keys[i], node.inputs[0]->schema, lookup.inputs.at(1)->schema.at(i).type, functions);
      }
      break;
    }
    case PlanKind::kStreamTableJoin:
    case PlanKind::kTableJoin:
    case PlanKind::kStreamJoin: {
      REQUIRE(node.inputs.size() == 2);
      CHECK(node.join.has_value() == (node.kind == PlanKind::kStreamJoin));
      CHECK(node.table_join_type.has_value() == (node.kind != PlanKind::kStreamJoin));
      CHECK(node.inputs[1]->table == (node.kind != PlanKind::kStreamJoin));
      CHECK(node.inputs[0]->table == (node.kind == PlanKind::kTableJoin));
      CHECK(node.table == (node.kind == PlanKind::kTableJoin));
      CHECK(node.inputs[0]->schema.at(0).key);
      CHECK(same_type(node.inputs[0]->schema[0].type, node.inputs[1]->schema.at(0).type));
      size_t right_values = 0;
      for (const PlanColumn& column : node.inputs[1]->schema) right_values += !column.key;
      CHECK(node.schema.size() == node.inputs[0]->schema.size() + right_values);
      break;
    }
    case PlanKind::kTable:
      CHECK(node.table);
      CHECK(node.schema.size() == node.inputs.at(0)->schema.size());
      CHECK(node.schema.at(0).key);
      break;
    case PlanKind::kAggregate: {
      REQUIRE(node.aggregate);
      CHECK(node.table);
      CHECK(node.schema.at(0).key);
      const std::vector<PlanExpression>& calls = node.aggregate->calls;
      REQUIRE(node.schema.size() > calls.size());
      for (size_t i = 0; i < calls.size(); ++i) {
        const PlanColumn& column = node.schema[node.schema.size() - calls.size() + i];
        CHECK(column.name == calls[i].name);
        const BoundAggregate bound =
            bind_aggregate(sql::parse_expression(calls[i].sql), node.inputs.at(0)->schema, functions, nullptr);
        CHECK(same_type(bound.call.return_type, column.type));
      }
      break;
    }
  }
  for (const PlanNodePtr& input : node.inputs) check_node(*input, functions, ids);
}

}  // namespace

void check_plan(const PhysicalPlan& plan, const FunctionRegistry& functions) {
  const std::string json = to_json(plan);
  CHECK(to_json(plan_from_json(json)) == json);
  CHECK_FALSE(explain(plan).empty());
  std::set<std::string> ids;
  check_node(*plan.root, functions, ids);
  if (plan.sink) CHECK(plan.sink->key_columns.size() + plan.sink->value_columns.size() == plan.root->schema.size());
}

}  // namespace weir
