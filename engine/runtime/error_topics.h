// Makes the topics that take dead letters and late records, where they aren't there. No state; any thread.
#pragma once

#include <map>
#include <string>

#include "engine/plan/physical_plan.h"
#include "storage/log/log.h"

namespace weir {

// A topic with the partitions and replicas of `like`, which exists. Returns its partition count. Throws log::LogError.
int32_t ensure_topic_like(log::Log& log, const std::string& topic, const std::string& like);

// The topics that the query's errors may go to, with their partition counts; those that are made are like the widest
// topic that the query reads.
std::map<std::string, int32_t> ensure_error_topics(log::Log& log, const PhysicalPlan& plan);

}  // namespace weir
