#include "storage/log/log.h"

#include "storage/log/sole_owner.h"

namespace weir::log {

std::map<std::string, int32_t> Log::partition_counts() {
  std::map<std::string, int32_t> counts;
  for (const TopicInfo& topic : list_topics()) counts[topic.name] = topic.config.partitions;
  return counts;
}

int32_t Log::ensure_topic(const std::string& name, const TopicConfig& config) {
  if (const auto found = describe_topic(name)) return found->config.partitions;
  try {
    create_topic(name, config);
    return config.partitions;
  } catch (const LogError& e) {
    if (e.kind() != LogError::Kind::kExists) throw;
  }
  const auto found = describe_topic(name);
  return found ? found->config.partitions : config.partitions;
}

std::vector<int64_t> Log::end_offsets(const std::vector<TopicPartition>& partitions) {
  std::vector<int64_t> ends;
  ends.reserve(partitions.size());
  for (const TopicPartition& partition : partitions) ends.push_back(end_offset(partition));
  return ends;
}

std::unique_ptr<SlotGroup> Log::open_slots(const SlotGroupOptions& options) {
  return std::make_unique<SoleOwner>(*this, options);
}

}  // namespace weir::log
