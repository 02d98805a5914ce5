#include "cli/test/spread.h"

#include <functional>

#include "engine/plan/place_ttl.h"

namespace weir::cli {

namespace {

bool any_node(const PlanNode& node, const std::function<bool(const PlanNode&)>& holds) {
  if (holds(node)) return true;
  for (const PlanNodePtr& input : node.inputs) {
    if (any_node(*input, holds)) return true;
  }
  return false;
}

bool reads_position(const PlanNode& node) {
  if (!node.source) return false;
  for (const SourceColumnRef& column : node.source->columns) {
    if (column.from == SourceColumnRef::From::kRowPartition || column.from == SourceColumnRef::From::kRowOffset)
      return true;
  }
  return false;
}

}  // namespace

std::string why_order_matters(const PhysicalPlan& plan) {
  if (any_node(*plan.root, reads_position)) return "ROWPARTITION and ROWOFFSET are others when a source is spread";
  if (any_node(*plan.root, [](const PlanNode& node) { return node.aggregate && node.aggregate->final; }))
    return "when a window closes depends on the records of its partition: EMIT FINAL";
  if (any_node(*plan.root, [](const PlanNode& node) { return node.join && node.join->type != sql::JoinType::kInner; }))
    return "when a row is known to have no match depends on the records of its partition: an outer join";
  if (!depends_on_stream_time(plan)) return "";
  if (any_node(*plan.root, [](const PlanNode& node) { return node.source && !node.source->timestamp_column.empty(); }))
    return "what is late depends on the records of its partition: event time from a column";
  return "";
}

bool depends_on_stream_time(const PhysicalPlan& plan) {
  return has_ttl(*plan.root) || any_node(*plan.root, [](const PlanNode& node) {
           return node.join || (node.aggregate && node.aggregate->window);
         });
}

}  // namespace weir::cli
