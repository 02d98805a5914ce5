#include "storage/log/embedded_log.h"

#include <chrono>
#include <exception>

#include "storage/log/block_cursor.h"
#include "storage/log/embedded_reader.h"
#include "storage/log/embedded_transaction.h"
#include "storage/log/fixed_width.h"
#include "storage/log/memory_block_store.h"
#include "storage/log/partition_maintenance.h"
#include "storage/log/rocks_block_store.h"

namespace weir::log {

namespace {

constexpr int32_t kMaxPartitions = 100000;

std::unique_ptr<BlockStore> open_block_store(const EmbeddedLogOptions& options) {
  if (options.in_memory) return std::make_unique<MemoryBlockStore>();
  return std::make_unique<RocksBlockStore>(
      RocksBlockStore::Options{options.path, options.sync, options.write_buffer_bytes});
}

}  // namespace

std::unique_ptr<Log> open_embedded_log(const EmbeddedLogOptions& options) {
  return std::make_unique<EmbeddedLog>(options);
}

EmbeddedLog::EmbeddedLog(const EmbeddedLogOptions& options)
    : options_(options),
      store_(open_block_store(options)),
      // The memory store is as quick as the cache.
      recent_(options.in_memory ? 0 : options.recent_cache_bytes) {
  check_format();
  load_topics();
}

EmbeddedLog::~EmbeddedLog() {
  stopping_ = true;
  store_->stop_reclaim();
  maintenance_.reset();
}

std::string EmbeddedLog::description() const {
  return options_.in_memory ? "embedded log in memory" : "embedded log at " + options_.path;
}

void EmbeddedLog::throw_bad_directory(const std::string& what) const {
  throw LogError(LogError::Kind::kCorrupt, description() + ": " + what + "; restore the directory from a copy");
}

void EmbeddedLog::throw_corrupt(const TopicPartition& partition, int64_t offset, const std::string& reason) const {
  throw LogError(LogError::Kind::kCorrupt, description() + ": topic " + partition.topic + ", partition " +
                                               std::to_string(partition.partition) + ": the block at offset " +
                                               std::to_string(offset) + " is damaged: " + reason +
                                               "; restore the directory from a copy");
}

void EmbeddedLog::check_format() {
  const std::optional<std::string> version = store_->get_meta(kFormatKey);
  if (!version) {
    StoreBatch batch;
    batch.add(StoreBatch::PutMeta{std::string(kFormatKey), std::string(kFormatVersion)});
    store_->write(batch);
  } else if (*version != kFormatVersion) {
    throw LogError(LogError::Kind::kInvalid, "the data directory " + options_.path + " has format version " + *version +
                                                 ", this program knows version " + std::string(kFormatVersion) +
                                                 "; run the program that wrote it or choose another data directory");
  }
}

void EmbeddedLog::load_topics() {
  if (const auto next = store_->get_meta(kNextTopicKey)) {
    if (next->size() != sizeof(uint32_t)) throw_bad_directory("the counter of topics doesn't decode");
    next_topic_id_ = get_big32(next->data());
  }
  std::map<std::string, std::string, std::less<>> states;
  store_->scan_meta(kStatePrefix, [&](std::string_view key, std::string_view value) { states.emplace(key, value); });
  std::vector<std::shared_ptr<Topic>> topics;
  std::vector<TopicPartition> names;
  std::vector<PartitionId> ids;
  store_->scan_meta(kTopicPrefix, [&](std::string_view key, std::string_view value) {
    const std::string name(key.substr(kTopicPrefix.size()));
    std::optional<StoredTopic> stored = decode_topic(value);
    if (!stored) throw_bad_directory("the record of topic " + name + " doesn't decode");
    for (int32_t i = 0; i < stored->config.partitions; ++i) {
      names.push_back({name, i});
      ids.push_back({stored->id, static_cast<uint32_t>(i)});
    }
    topics.push_back(std::make_shared<Topic>(Topic{stored->id, std::move(stored->config), {}}));
  });
  const std::vector<int64_t> ends = load_ends(names, ids);
  size_t next = 0;
  for (const std::shared_ptr<Topic>& topic : topics) {
    const std::string name = names[next].topic;
    for (int32_t i = 0; i < topic->config.partitions; ++i, ++next) {
      std::optional<PartitionState> state = PartitionState{};
      if (const auto stored = states.find(partition_state_key(ids[next])); stored != states.end()) {
        state = decode_partition_state(stored->second);
        if (!state) {
          throw_bad_directory("the state of topic " + name + ", partition " + std::to_string(i) + " doesn't decode");
        }
      }
      topic->partitions.push_back(std::make_shared<EmbeddedPartition>(ids[next], std::move(names[next]),
                                                                      topic->config.cleanup != Cleanup::kDelete, *state,
                                                                      std::max(ends[next], state->begin)));
    }
    topics_.emplace(name, topic);
  }
}

std::vector<int64_t> EmbeddedLog::load_ends(std::span<const TopicPartition> names,
                                            std::span<const PartitionId> ids) const {
  std::vector<int64_t> ends(ids.size(), 0);
  try {
    store_->last_blocks(ids, [&](size_t index, const BlockInfo& last) { ends[index] = last.end; });
  } catch (const BlockDamage&) {
    // Once more, one by one, to name the culprit.
    for (size_t i = 0; i < ids.size(); ++i) {
      try {
        store_->last_blocks(ids.subspan(i, 1), [](size_t, const BlockInfo&) {});
      } catch (const BlockDamage& damage) {
        throw_corrupt(names[i], damage.base_offset(), damage.what());
      }
    }
    throw;
  }
  return ends;
}

EmbeddedLog::TopicPtr EmbeddedLog::find_topic(std::string_view name) const {
  const std::shared_lock lock(topics_mutex_);
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second;
}

std::shared_ptr<EmbeddedPartition> EmbeddedLog::find_partition(std::string_view topic, int32_t partition) const {
  const TopicPtr found = find_topic(topic);
  if (!found) throw LogError(LogError::Kind::kNotFound, "topic " + std::string(topic) + " doesn't exist");
  const auto count = static_cast<int32_t>(found->partitions.size());
  if (partition < 0 || partition >= count) {
    throw LogError(LogError::Kind::kNotFound, "topic " + std::string(topic) + " has no partition " +
                                                  std::to_string(partition) + ", only 0 to " +
                                                  std::to_string(count - 1));
  }
  return found->partitions[static_cast<size_t>(partition)];
}

void EmbeddedLog::create_topic(const std::string& name, const TopicConfig& config) {
  check_topic_name(name);
  if (config.partitions < 1 || config.partitions > kMaxPartitions) {
    throw LogError(LogError::Kind::kInvalid, "topic " + name + " can't have " + std::to_string(config.partitions) +
                                                 " partitions: choose 1 to " + std::to_string(kMaxPartitions));
  }
  const std::lock_guard commit(commit_mutex_);
  if (find_topic(name)) throw LogError(LogError::Kind::kExists, "topic " + name + " exists already");
  auto topic = std::make_shared<Topic>();
  topic->id = next_topic_id_;
  topic->config = config;
  if (config.replicas < 1) topic->config.replicas = 1;
  for (int32_t i = 0; i < config.partitions; ++i) {
    topic->partitions.push_back(
        std::make_shared<EmbeddedPartition>(PartitionId{topic->id, static_cast<uint32_t>(i)}, TopicPartition{name, i},
                                            config.cleanup != Cleanup::kDelete, PartitionState{}, /*end=*/0));
  }
  StoreBatch batch;
  std::string next;
  append_big32(next, next_topic_id_ + 1);
  batch.add(StoreBatch::PutMeta{std::string(kNextTopicKey), std::move(next)});
  batch.add(StoreBatch::PutMeta{topic_key(name), encode_topic({topic->id, config})});
  store_->write(batch);
  ++next_topic_id_;
  const std::lock_guard lock(topics_mutex_);
  topics_.emplace(name, std::move(topic));
}

void EmbeddedLog::delete_topic(const std::string& name) {
  const std::lock_guard commit(commit_mutex_);
  const TopicPtr topic = find_topic(name);
  if (!topic) throw LogError(LogError::Kind::kNotFound, "topic " + name + " doesn't exist");
  StoreBatch batch;
  batch.add(StoreBatch::DeleteMeta{topic_key(name)});
  for (const auto& partition : topic->partitions) {
    batch.add(StoreBatch::DeletePartition{partition->id()});
    batch.add(StoreBatch::DeleteMeta{partition_state_key(partition->id())});
  }
  // A topic of the same name may come later: its readers must not start at this one's offsets.
  store_->scan_meta(kOffsetPrefix, [&](std::string_view key, std::string_view) {
    if (topic_of_offset_key(key) == name) batch.add(StoreBatch::DeleteMeta{std::string(key)});
  });
  store_->write(batch);
  {
    const std::lock_guard lock(topics_mutex_);
    topics_.erase(name);
  }
  for (const auto& partition : topic->partitions) partition->mark_deleted();
}

std::vector<TopicInfo> EmbeddedLog::list_topics() {
  const std::shared_lock lock(topics_mutex_);
  std::vector<TopicInfo> infos;
  infos.reserve(topics_.size());
  for (const auto& [name, topic] : topics_) infos.push_back({name, topic->config, /*internal=*/false});
  return infos;
}

std::optional<TopicInfo> EmbeddedLog::describe_topic(const std::string& name) {
  const TopicPtr topic = find_topic(name);
  if (!topic) return std::nullopt;
  return TopicInfo{name, topic->config, /*internal=*/false};
}

int64_t EmbeddedLog::begin_offset(const TopicPartition& partition) {
  return find_partition(partition.topic, partition.partition)->begin();
}

int64_t EmbeddedLog::end_offset(const TopicPartition& partition) {
  return find_partition(partition.topic, partition.partition)->end();
}

std::optional<int64_t> EmbeddedLog::offset_for_time(const TopicPartition& name, int64_t timestamp_ms) {
  const auto partition = find_partition(name.topic, name.partition);
  const int64_t begin = partition->begin();
  const int64_t end = partition->end();
  // The index tells which block has it, and that block alone is read.
  std::optional<int64_t> base;
  scan_blocks(*partition, begin, [&](const BlockInfo& info) {
    if (info.base < end && info.max_timestamp >= timestamp_ms) base = info.base;
    return info.base < end && !base;
  });
  if (!base) return std::nullopt;
  std::optional<int64_t> found;
  read_blocks(*partition, *base, [&](std::shared_ptr<const Block> block) {
    BlockCursor cursor(std::move(block));
    HeaderArena headers;
    RecordView record;
    while (!found && cursor.next(record, headers)) {
      if (record.offset >= end) return false;
      if (record.offset >= begin && record.timestamp >= timestamp_ms) found = record.offset;
    }
    return !found;
  });
  return found;
}

void EmbeddedLog::start_maintenance() {
  if (options_.in_memory || options_.maintenance_interval.count() <= 0) return;
  // Not in the constructor: the event callback is set after it.
  std::call_once(maintenance_started_, [this] {
    maintenance_ = std::make_unique<MaintenanceThread>(options_.maintenance_interval, [this] {
      try {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        maintain_now(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
      } catch (const std::exception& error) {
        report({LogEvent::Kind::kError, std::string("maintenance failed: ") + error.what()});
      }
    });
  });
}

void EmbeddedLog::maintain_now(int64_t wall_clock_ms) {
  const std::lock_guard one(maintenance_mutex_);
  std::vector<TopicPtr> topics;
  {
    const std::shared_lock lock(topics_mutex_);
    for (const auto& [name, topic] : topics_) topics.push_back(topic);
  }
  std::exception_ptr first;
  for (const TopicPtr& topic : topics) {
    for (const auto& partition : topic->partitions) {
      if (stopping()) return;
      try {
        PartitionMaintenance(*this, *partition, topic->config, wall_clock_ms).run();
      } catch (...) {
        if (!first) first = std::current_exception();
      }
    }
  }
  store_->reclaim();
  if (first) std::rethrow_exception(first);
}

bool EmbeddedLog::write_maintenance(const EmbeddedPartition& partition, const StoreBatch& batch) {
  const std::lock_guard lock(commit_mutex_);
  // A block written after the deletion would stay for ever.
  if (partition.deleted()) return false;
  store_->write(batch);
  return true;
}

std::unique_ptr<LogReader> EmbeddedLog::open_reader() {
  start_maintenance();
  return std::make_unique<EmbeddedReader>(*this);
}

std::unique_ptr<LogTransaction> EmbeddedLog::open_transaction(const std::string&) {
  start_maintenance();
  return std::make_unique<EmbeddedTransaction>(*this);
}

std::optional<CommittedOffset> EmbeddedLog::committed_offset(const std::string& group,
                                                             const TopicPartition& partition) {
  const auto stored = store_->get_meta(offset_key(group, partition));
  if (!stored) return std::nullopt;
  auto offset = decode_offset(*stored);
  if (!offset) {
    throw_bad_directory("the offset of group " + group + " in topic " + partition.topic + ", partition " +
                        std::to_string(partition.partition) + " doesn't decode");
  }
  return offset;
}

void EmbeddedLog::delete_group(const std::string& group) {
  const std::lock_guard commit(commit_mutex_);
  StoreBatch batch;
  store_->scan_meta(group_prefix(group), [&](std::string_view key, std::string_view) {
    batch.add(StoreBatch::DeleteMeta{std::string(key)});
  });
  if (!batch.empty()) store_->write(batch);
}

void EmbeddedLog::commit(std::span<PartitionAppend* const> appends, std::span<const OffsetCommit> offsets,
                         std::map<TopicPartition, int64_t>* end_offsets) {
  const auto check_exists = [](const EmbeddedPartition& partition) {
    if (!partition.deleted()) return;
    throw LogError(LogError::Kind::kNotFound, "topic " + partition.name().topic + " was deleted");
  };
  {
    const std::lock_guard lock(commit_mutex_);
    StoreBatch batch;
    for (const PartitionAppend* append : appends) {
      check_exists(*append->partition);
      int64_t next = append->partition->end();
      for (size_t i = 0; i < append->blocks.size(); ++i) {
        append->blocks[i]->set_base_offset(next);
        next = append->blocks[i]->end_offset();
        batch.add(StoreBatch::PutBlock{append->partition->id(), append->blocks[i], append->packed[i].view()});
      }
    }
    for (const OffsetCommit& offset : offsets) {
      check_exists(*offset.partition);
      batch.add(StoreBatch::PutMeta{offset_key(offset.group, offset.partition->name()), encode_offset(offset.offset)});
    }
    store_->write(batch);
    for (const PartitionAppend* append : appends) {
      for (const auto& block : append->blocks) recent_.publish(append->partition, block);
      if (end_offsets) (*end_offsets)[append->partition->name()] = append->partition->end();
    }
  }
  // All partitions first, so that a reader of several finds everything at once.
  for (const PartitionAppend* append : appends) append->partition->notify_readers();
}

void EmbeddedLog::read_blocks(const EmbeddedPartition& partition, int64_t offset,
                              const BlockStore::BlockVisitor& visit) const {
  try {
    store_->read_blocks(partition.id(), offset, visit);
  } catch (const BlockDamage& damage) {
    throw_corrupt(partition.name(), damage.base_offset(), damage.what());
  }
}

void EmbeddedLog::scan_blocks(const EmbeddedPartition& partition, int64_t offset,
                              const BlockStore::InfoVisitor& visit) const {
  try {
    store_->scan_blocks(partition.id(), offset, visit);
  } catch (const BlockDamage& damage) {
    throw_corrupt(partition.name(), damage.base_offset(), damage.what());
  }
}

}  // namespace weir::log
