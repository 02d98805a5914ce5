// The engine's part of what happens to topics from outside: they are compared, now and then, with what the queries that
// use them were started with.
#include <spdlog/spdlog.h>

#include "engine/runtime/engine.h"
#include "engine/runtime/query_topics.h"

namespace weir {

void Engine::check_topics() {
  {
    const std::lock_guard lock(connection_mutex_);
    if (connection_ != Connection::kReady) return;
  }
  try {
    const std::map<std::string, int32_t> counts = services_.log->partition_counts();
    for (const auto& query : query_definitions()) {
      const QueryStatus::State state = query->status->state();
      if (query->stages.empty() || state == QueryStatus::State::kError || state == QueryStatus::State::kPaused)
        continue;
      const TopicsCheck check = check_query_topics(*query, counts);
      for (const std::string& topic : check.missing) {
        // Being made at this moment, or without a leader for now: then it isn't in the list, but known.
        if (services_.log->describe_topic(topic)) continue;
        const std::string reason = topic_gone_message(*query, topic);
        workers_->end_without_topic(query->id, topic, reason);
        query->status->set(QueryStatus::State::kError, reason);  // also where no task of it runs
        break;
      }
      if (!check.changed.empty() && query->status->state() != QueryStatus::State::kError) {
        restart_query(query->id, check.changed);
      }
    }
  } catch (const log::LogError& e) {
    spdlog::debug("topics can't be checked now: {}", e.what());  // that the log is away is told elsewhere
  }
}

void Engine::restart_query(const std::string& id, const std::string& why) {
  const std::lock_guard lock(statement_mutex_);
  const auto started = started_.find(id);
  if (started == started_.end() || started->second.query != catalog_->find_query(id)) return;
  spdlog::warn("query {} is started anew: {}", id, why);
  stop_query(id, false);
  started->second.again = true;
  run_catalog();
}

}  // namespace weir
