#include "engine/runtime/error_topics.h"

#include "engine/runtime/error_routing.h"

namespace weir {

int32_t ensure_topic_like(log::Log& log, const std::string& topic, const std::string& like) {
  log::TopicConfig config;
  if (const auto model = log.describe_topic(like)) {
    config.partitions = model->config.partitions;
    config.replicas = model->config.replicas;
  }
  return log.ensure_topic(topic, config);
}

std::map<std::string, int32_t> ensure_error_topics(log::Log& log, const PhysicalPlan& plan) {
  std::map<std::string, int32_t> out;
  const std::vector<std::string> topics = error_topics_of(plan);
  if (topics.empty()) return out;
  std::string widest;
  int32_t most = 0;
  for (const PlanNodePtr& source : plan.sources()) {
    const auto info = log.describe_topic(source->source->topic);
    if (!info || info->config.partitions <= most) continue;
    most = info->config.partitions;
    widest = source->source->topic;
  }
  for (const std::string& topic : topics) out[topic] = ensure_topic_like(log, topic, widest);
  return out;
}

}  // namespace weir
