#include "engine/plan/place_ttl.h"

#include <algorithm>

namespace weir {

namespace {

// The TTL of the table that gives the input of a join, and the input without it, where it keeps no rows of its own. A
// filter keeps them: there both have the TTL.
std::optional<int64_t> take_input_ttl(PlanNodePtr& input, bool filtered) {
  if (is_table_of_topic(*input)) {
    const std::optional<int64_t> ttl = input->ttl_ms;
    if (ttl && !filtered) {
      auto lasting = std::make_shared<PlanNode>(*input);
      lasting->ttl_ms.reset();
      input = std::move(lasting);
    }
    return ttl;
  }
  const bool filters = input->kind == PlanKind::kFilter;
  if (!filters && input->kind != PlanKind::kProject && input->kind != PlanKind::kRepartition) return std::nullopt;
  if (input->inputs.empty()) return std::nullopt;
  PlanNodePtr below = input->inputs[0];
  const std::optional<int64_t> ttl = take_input_ttl(below, filtered || filters);
  if (below != input->inputs[0]) {
    auto out = std::make_shared<PlanNode>(*input);
    out->inputs[0] = std::move(below);
    input = std::move(out);
  }
  return ttl;
}

PlanNodePtr with_input_ttl(const PlanNodePtr& node) {
  auto out = std::make_shared<PlanNode>(*node);
  for (PlanNodePtr& input : out->inputs) input = with_input_ttl(input);
  if (node->kind == PlanKind::kTableJoin) out->left_ttl_ms = take_input_ttl(out->inputs[0], false);
  if (node->kind == PlanKind::kTableJoin || node->kind == PlanKind::kStreamTableJoin) {
    out->right_ttl_ms = take_input_ttl(out->inputs[1], false);
  }
  return out;
}

// The rows of a node that must go on keeping what they are made of: what ends are the rows alone.
PlanNodePtr result_table(const PlanNodePtr& node, int64_t ttl_ms) {
  auto table = std::make_shared<PlanNode>();
  table->kind = PlanKind::kTable;
  table->id = node->id + "-Result";
  table->schema = node->schema;
  table->inputs = {node};
  table->table = true;
  table->ttl_ms = ttl_ms;
  return table;
}

PlanNodePtr with_result_ttl(const PlanNodePtr& node, int64_t ttl_ms) {
  auto out = std::make_shared<PlanNode>(*node);
  switch (node->kind) {
    case PlanKind::kFilter:
    case PlanKind::kProject:
      out->inputs[0] = with_result_ttl(node->inputs[0], ttl_ms);
      return out;
    case PlanKind::kTable:
      if (is_table_of_topic(*node)) {
        out->ttl_ms = std::min(ttl_ms, node->ttl_ms.value_or(ttl_ms));
      } else {
        out->inputs[0] = with_result_ttl(node->inputs[0], ttl_ms);
      }
      return out;
    case PlanKind::kTableJoin:
      out->ttl_ms = ttl_ms;
      return out;
    case PlanKind::kAggregate:
      // The groups of a table's rows lose them again when they change: they must know them all.
      if (node->inputs[0]->table) return result_table(node, ttl_ms);
      out->ttl_ms = ttl_ms;
      return out;
    default:
      return result_table(node, ttl_ms);
  }
}

// Deletions that nobody sees need no store. (Below a filter there is one anyway, and it should not grow.)
PlanNodePtr without_table_ttl(const PlanNodePtr& node) {
  auto out = std::make_shared<PlanNode>(*node);
  if (is_table_of_topic(*node)) {
    if (!node->old_rows) out->ttl_ms.reset();
  } else if (node->kind == PlanKind::kFilter || node->kind == PlanKind::kProject) {
    out->inputs[0] = without_table_ttl(node->inputs[0]);
  }
  return out;
}

}  // namespace

bool is_table_of_topic(const PlanNode& node) {
  return node.kind == PlanKind::kTable && node.inputs[0]->kind == PlanKind::kSource;
}

void place_ttl(PhysicalPlan& plan, std::optional<int64_t> result_ms, bool for_client) {
  plan.root = with_input_ttl(plan.root);
  if (for_client) plan.root = without_table_ttl(plan.root);
  if (result_ms) {
    plan.root = with_old_rows(with_result_ttl(plan.root, *result_ms), false);
  }
}

bool has_ttl(const PlanNode& node) {
  return node.ttl_ms || node.left_ttl_ms || node.right_ttl_ms ||
         std::any_of(node.inputs.begin(), node.inputs.end(), [](const PlanNodePtr& input) { return has_ttl(*input); });
}

}  // namespace weir
