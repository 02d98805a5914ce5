// How long the windows of an aggregation take rows in, and how long their groups are kept: Kafka Streams' rules, with
// ksqlDB's defaults. Pure functions; any thread.
#pragma once

#include "engine/plan/physical_plan.h"

namespace weir {

// After its end a window still takes rows for so long, by stream time. `spec` has a window.
int64_t window_grace_ms(const PlanNode::AggregateSpec& spec);
// Groups of windows that began (sessions: ended) longer ago than this are gone: at least until no row can change them
// any more.
int64_t window_retention_ms(const PlanNode::AggregateSpec& spec);
// What the store is told. A window that closes when stream time jumps must still be there to be emitted.
int64_t window_store_retention_ms(const PlanNode::AggregateSpec& spec);

}  // namespace weir
