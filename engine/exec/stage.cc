#include "engine/exec/stage.h"

#include <algorithm>

#include "engine/exec/aggregation_times.h"

namespace weir {

namespace {

void collect_stage_inputs(const PlanNodePtr& node, Stage& stage, std::vector<Stage>& stages);

void add_stage(const PlanNodePtr& root, const PlanNodePtr& repartition, std::vector<Stage>& stages) {
  Stage stage;
  stage.root = root;
  stage.repartition = repartition;
  collect_stage_inputs(root, stage, stages);
  stage.index = static_cast<int>(stages.size());
  stages.push_back(std::move(stage));
}

void collect_stage_inputs(const PlanNodePtr& node, Stage& stage, std::vector<Stage>& stages) {
  if (node->kind == PlanKind::kSource) {
    stage.inputs.push_back(node);
  } else if (node->kind == PlanKind::kRepartition) {
    stage.inputs.push_back(node);
    if (!node->inputs.empty()) add_stage(node->inputs[0], node, stages);
  } else {
    if (node->kind == PlanKind::kForeignKeyJoin) stage.side_repartitions.push_back(foreign_key_references(*node));
    for (const PlanNodePtr& input : node->inputs) collect_stage_inputs(input, stage, stages);
  }
}

void collect_stores(const PlanNodePtr& node, std::vector<StoreDescription>& out) {
  if (node->kind == PlanKind::kRepartition) return;
  if (node->kind == PlanKind::kStreamJoin) {
    const auto& join = *node->join;
    out.push_back({node->id + "-left", join_retention_ms(join)});
    out.push_back({node->id + "-right", join_retention_ms(join)});
    if (join.grace_ms && join.type != sql::JoinType::kInner) out.push_back({node->id + "-outer", std::nullopt});
  }
  if (node->kind == PlanKind::kTable && (node->old_rows || node->ttl_ms)) out.push_back({node->id, std::nullopt});
  if (node->ttl_ms) out.push_back({node->id + kExpirySuffix, std::nullopt});
  if (node->left_ttl_ms) out.push_back({node->id + kLeftExpirySuffix, std::nullopt});
  if (node->right_ttl_ms) out.push_back({node->id + kRightExpirySuffix, std::nullopt});
  if (node->kind == PlanKind::kStreamTableJoin) out.push_back({node->id, std::nullopt});
  if (node->kind == PlanKind::kTableJoin) {
    out.push_back({node->id + "-left", std::nullopt});
    out.push_back({node->id + "-right", std::nullopt});
  }
  if (node->kind == PlanKind::kForeignKeyJoin) {
    out.push_back({node->id + "-left", std::nullopt});
    if (keeps_foreign_key_results(*node)) out.push_back({node->id + "-results", std::nullopt});
  }
  if (node->kind == PlanKind::kForeignKeyLookup) {
    out.push_back({node->id + "-references", std::nullopt});
    out.push_back({node->id + "-right", std::nullopt});
  }
  if (node->kind == PlanKind::kAggregate) {
    const PlanNode::AggregateSpec& spec = *node->aggregate;
    out.push_back({node->id, spec.window ? std::optional(window_store_retention_ms(spec)) : std::nullopt});
  }
  for (const PlanNodePtr& input : node->inputs) collect_stores(input, out);
}

}  // namespace

PlanNodePtr foreign_key_references(const PlanNode& join) { return join.inputs[1]->inputs[0]->inputs[0]; }

int64_t join_retention_ms(const PlanNode::StreamJoinSpec& join) {
  constexpr int64_t kLegacyRetentionMs = int64_t{24} * 60 * 60 * 1000;
  // A century is as good as for ever, and leaves room to add times to it.
  constexpr int64_t kLongestMs = int64_t{100} * 365 * 24 * 60 * 60 * 1000;
  const int64_t size = std::min(join.before_ms, kLongestMs) + std::min(join.after_ms, kLongestMs);
  return join.grace_ms ? size + std::min(*join.grace_ms, kLongestMs) : std::max(size, kLegacyRetentionMs);
}

std::vector<StoreDescription> stores_of(const Stage& stage) {
  std::vector<StoreDescription> out;
  collect_stores(stage.root, out);
  return out;
}

std::vector<Stage> cut_into_stages(const PhysicalPlan& plan) {
  std::vector<Stage> stages;
  add_stage(plan.root, nullptr, stages);
  return stages;
}

}  // namespace weir
