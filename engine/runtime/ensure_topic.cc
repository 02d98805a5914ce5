#include "engine/runtime/ensure_topic.h"

namespace weir {

void ensure_topic(log::Log& log, const std::string& name, const log::TopicConfig& config) {
  if (log.describe_topic(name)) return;
  try {
    log.create_topic(name, config);
  } catch (const log::LogError& e) {
    if (e.kind() != log::LogError::Kind::kExists) throw;
  }
}

}  // namespace weir
