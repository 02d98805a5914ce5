#include "engine/runtime/dead_letter_replay.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "engine/runtime/error_record.h"
#include "engine/runtime/error_routing.h"

namespace weir {

namespace {

constexpr size_t kCopyBytes = 4u << 20;  // a transaction of this size is committed
constexpr size_t kCopyRecords = 512;     // taken at once
constexpr std::chrono::minutes kCopyPatience{1};

// The task input that a letter goes to.
struct ReplayTarget {
  PlanNodePtr node;
  int32_t partitions = 0;
};

std::optional<ReplayTarget> target_of(const QueryDefinition& query, const ErrorPlace& place) {
  std::optional<ReplayTarget> found;
  for (const Stage& stage : query.stages) {
    for (const PlanNodePtr& input : stage.inputs) {
      if (query.input_topic(*input) != place.topic) continue;
      const ReplayTarget target{input, query.stage_partitions[stage.index]};
      if (input->id == place.input) return target;
      // What reads the topic now takes it, where the plan has changed since.
      if (!found) found = target;
    }
  }
  return found;
}

class DeadLetterCopy {
 public:
  DeadLetterCopy(log::Log& log, const QueryDefinition& query)
      : log_(log), query_(query), transaction_(log.open_transaction(query.group + "-replay")) {}

  ReplayCounts run() {
    for (const std::string& topic : dead_letter_topics_of(query_.plan)) {
      const auto info = log_.describe_topic(topic);
      for (int32_t p = 0; info && p < info->config.partitions; ++p) copy({topic, p});
    }
    return counts_;
  }

 private:
  void copy(const log::TopicPartition& partition) {
    const int64_t end = log_.end_offset(partition);
    const auto committed = log_.committed_offset(dead_letter_group(query_), partition);
    int64_t next = std::max(committed ? committed->offset : 0, log_.begin_offset(partition));
    if (next >= end) return;
    const auto reader = log_.open_reader();
    reader->assign(partition, next);
    auto progress = std::chrono::steady_clock::now();
    while (next < end) {
      const int64_t before = next;
      for (const log::FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(100), kCopyRecords)) {
        for (const log::RecordView& letter : fetched.records) {
          if (letter.offset >= end) break;
          take(letter);
          next = letter.offset + 1;
        }
      }
      if (transaction_->pending_bytes() >= kCopyBytes) commit(partition, next);
      // Compaction and transactions leave offsets without records.
      if (next < end && reader->at_end(partition)) break;
      const auto now = std::chrono::steady_clock::now();
      if (next > before) progress = now;
      if (now - progress > kCopyPatience) {
        throw log::LogError(log::LogError::Kind::kTimeout, "Reading the dead letters in " + partition.topic +
                                                               " from offset " + std::to_string(next) +
                                                               " makes no progress. Try again later.");
      }
    }
    commit(partition, end);
  }

  void take(const log::RecordView& letter) {
    const auto place = ErrorRecord::place_of(letter);
    if (!place) {
      ++counts_.lost;
    } else if (place->query != query_.id) {
      ++counts_.others;
    } else if (place->kept) {
      ++counts_.kept;
    } else {
      const auto target = place->has_record ? target_of(query_, *place) : std::nullopt;
      if (!target || place->partition >= target->partitions) {
        ++counts_.lost;
        return;
      }
      transaction_->append(ensure(*target), place->partition, letter);
      ++counts_.fed;
    }
  }

  std::string ensure(const ReplayTarget& target) {
    const std::string topic = query_.replay_topic(*target.node);
    if (made_.insert(topic).second) log_.ensure_topic(topic, log::internal_topic(target.partitions));
    return topic;
  }

  void commit(const log::TopicPartition& partition, int64_t position) {
    transaction_->commit_offset(dead_letter_group(query_), partition, {position, ""});
    transaction_->commit();
  }

  log::Log& log_;
  const QueryDefinition& query_;
  std::unique_ptr<log::LogTransaction> transaction_;
  std::set<std::string> made_;
  ReplayCounts counts_;
};

}  // namespace

ReplayCounts copy_dead_letters(log::Log& log, const QueryDefinition& query) { return DeadLetterCopy(log, query).run(); }

std::vector<std::string> replay_topics_of(log::Log& log, const QueryDefinition& query) {
  std::vector<std::string> out;
  for (const Stage& stage : query.stages) {
    for (const PlanNodePtr& input : stage.inputs) {
      std::string topic = query.replay_topic(*input);
      if (log.describe_topic(topic)) out.push_back(std::move(topic));
    }
  }
  return out;
}

std::string dead_letter_group(const QueryDefinition& query) { return query.group + "-dead-letters"; }

std::optional<log::FetchedRecords> as_it_was(const log::RecordView& letter,
                                             const std::vector<std::shared_ptr<const void>>& memory) {
  const auto place = ErrorRecord::place_of(letter);
  if (!place) return std::nullopt;
  const auto headers = std::make_shared<std::vector<log::HeaderView>>(ErrorRecord::own_headers(letter));
  log::FetchedRecords out;
  out.source = {place->topic, place->partition};
  out.memory = memory;
  out.memory.push_back(headers);
  log::RecordView record = letter;
  record.headers = *headers;
  record.offset = place->offset;
  record.timestamp = place->timestamp;
  out.records.push_back(record);
  return out;
}

}  // namespace weir
