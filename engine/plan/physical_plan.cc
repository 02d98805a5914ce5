#include "engine/plan/physical_plan.h"

namespace weir {

namespace {

void collect_sources(const PlanNodePtr& node, std::vector<PlanNodePtr>& out) {
  if (node->kind == PlanKind::kSource) out.push_back(node);
  for (const PlanNodePtr& input : node->inputs) collect_sources(input, out);
}

}  // namespace

std::vector<PlanNodePtr> PhysicalPlan::sources() const {
  std::vector<PlanNodePtr> out;
  if (root) collect_sources(root, out);
  return out;
}

}  // namespace weir
