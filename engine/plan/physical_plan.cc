#include "engine/plan/physical_plan.h"

namespace weir {

namespace {

void collect_sources(const PlanNodePtr& node, std::vector<PlanNodePtr>& out) {
  if (node->kind == PlanKind::kSource) out.push_back(node);
  for (const PlanNodePtr& input : node->inputs) collect_sources(input, out);
}

// It keeps its inputs' rows itself.
bool is_table_join(PlanKind kind) {
  return kind == PlanKind::kStreamTableJoin || kind == PlanKind::kTableJoin || kind == PlanKind::kForeignKeyJoin ||
         kind == PlanKind::kForeignKeyLookup;
}

}  // namespace

PlanNodePtr with_old_rows(const PlanNodePtr& node, bool needed) {
  auto out = std::make_shared<PlanNode>(*node);
  // A filter must know whether the old row passed: only then its end is news.
  out->old_rows = node->table && (needed || node->kind == PlanKind::kFilter);
  // An aggregate takes old rows away, which only helps if its input is a table.
  const bool keeps_rows = is_table_join(node->kind) || node->kind == PlanKind::kTable;
  const bool below = !keeps_rows && (out->old_rows || node->kind == PlanKind::kAggregate);
  for (PlanNodePtr& input : out->inputs) input = with_old_rows(input, below && input->table);
  return out;
}

std::vector<PlanNodePtr> PhysicalPlan::sources() const {
  std::vector<PlanNodePtr> out;
  if (root) collect_sources(root, out);
  return out;
}

}  // namespace weir
