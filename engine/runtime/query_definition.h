// Everything that running one query takes, resolved: its plan, stages, topics and settings. Shared, immutable.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/exec/stage.h"
#include "engine/exec/task.h"
#include "engine/plan/physical_plan.h"
#include "engine/runtime/query_status.h"
#include "engine/runtime/row_stream.h"
#include "storage/log/log.h"
#include "storage/state/state.h"

namespace weir {

struct QueryDefinition {
  std::string id;
  int64_t incarnation = -1;  // PersistentQuery::incarnation
  PhysicalPlan plan;
  std::vector<Stage> stages;
  std::vector<PlanNodePtr> sources;  // of the plan
  std::string topic_prefix;  // of the query's internal topics: <prefix>-<suffix>
  std::string group;         // consumer group of its offsets
  std::string owner;         // of its positions: see SlotGroup
  uint32_t slot_shift = 0;   // see slot_of()
  std::vector<int32_t> stage_partitions;  // tasks of each stage
  int32_t sink_partitions = 0;            // 0: push query
  std::map<std::string, int32_t> first_source_partitions;  // PersistentQuery::source_partitions
  std::map<std::string, int32_t> error_topics;  // partitions of the dead-letter and late topics
  std::string auto_offset_reset = "latest";
  size_t cache_bytes_per_task = 0;             // the task's share of query.persistent.max.bytes
  int64_t max_task_idle_ms = 0;                // max.task.idle.ms
  int64_t idle_timeout_ms = 0;                 // idle.timeout; 0: never
  bool ends_on_invalid_timestamp = false;      // timestamp.throw.on.invalid
  bool transient = false;                      // push query: nothing is kept
  std::shared_ptr<QueuedRowStream> client;     // transient
  std::shared_ptr<QueryStatus> status;

  std::string internal_topic(const std::string& suffix) const { return topic_prefix + "-" + suffix; }
  std::string repartition_topic(const PlanNode& node) const { return internal_topic(node.repartition_topic); }
  std::string changelog_topic(const std::string& store) const { return internal_topic(store + "-changelog"); }
  // Dead letters of the input that come in again.
  std::string replay_topic(const PlanNode& input) const { return internal_topic(input.id + "-replay"); }
  std::string input_topic(const PlanNode& node) const {
    return node.kind == PlanKind::kSource ? node.source->topic : repartition_topic(node);
  }
};

// What the queries of a process share.
struct RuntimeServices {
  std::shared_ptr<log::Log> log;
  std::shared_ptr<state::StateEnvironment> state;
  std::shared_ptr<state::StateEnvironment> transient_state;  // in memory
  std::string server_id;                                     // of this process among those of the service: ServerId
  std::string state_dir;                                     // empty: in memory
  TaskEnvironment tasks;
  std::string processing_log_topic;
  size_t fetch_records = 1024;
  int64_t commit_interval_ms = 2000;
  size_t commit_bytes = 4u << 20;  // a transaction of this size is committed at once
  int64_t checkpoint_interval_ms = 10000;
  bool commit_when_idle = true;  // commits are cheap: as soon as the input is worked off
};

}  // namespace weir
