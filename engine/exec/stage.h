// A plan cut at its repartitions: each stage runs from source or repartition topics to the sink, to a repartition topic
// or to the client, without leaving its partition. A task is one stage of one query for one partition. Values; any
// thread.
#pragma once

#include <string>
#include <vector>

#include "engine/plan/physical_plan.h"

namespace weir {

struct Stage {
  int index = 0;
  PlanNodePtr root;                 // the stage's last node; its tree ends at `inputs`
  std::vector<PlanNodePtr> inputs;  // kSource nodes, or kRepartition nodes whose topic is read; left to right
  PlanNodePtr repartition;          // the kRepartition node that this stage writes; null for the last stage
  // kRepartition nodes that operators within the stage write beside that: what joins by a foreign key ask of their
  // lookups.
  std::vector<PlanNodePtr> side_repartitions;
};

// In the order in which rows flow: a stage comes after those that feed it. (A join by a foreign key feeds its lookup
// and is fed by it; the lookup comes first.)
std::vector<Stage> cut_into_stages(const PhysicalPlan& plan);

// The topic that a join by a foreign key writes for its lookup.
PlanNodePtr foreign_key_references(const PlanNode& join);

// Whether such a join keeps the rows that it has given: for its old rows, or because not all that it finds match.
inline bool keeps_foreign_key_results(const PlanNode& join) { return join.old_rows || !join.predicate.empty(); }

// Behind a node's id: the stores of its ExpiryQueues.
inline constexpr const char* kExpirySuffix = "-expiry";
inline constexpr const char* kLeftExpirySuffix = "-left-expiry";
inline constexpr const char* kRightExpirySuffix = "-right-expiry";

// A state store of a stage, as its operators will declare it.
struct StoreDescription {
  std::string name;
  std::optional<int64_t> retention_ms;  // rows expire; nullopt: kept until removed
};
std::vector<StoreDescription> stores_of(const Stage& stage);

// How long a stream-stream join keeps a row after its time: the window, and the grace period or, without one, at least
// a day.
int64_t join_retention_ms(const PlanNode::StreamJoinSpec& join);

}  // namespace weir
