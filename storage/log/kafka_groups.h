// The offsets that groups have committed, read and written without joining a group. Owned by the log, shared by its
// transactions. Any thread; calls wait for the broker up to the log's admin timeout.
//
// librdkafka's admin interface could do this with one client for all groups, but up to 2.13 it ends the process when a
// request to a group's coordinator timed out and the coordinator comes back (confluentinc/librdkafka#4605). A client
// for each group knows no such trouble; the most recently used are kept. Only deleting a group needs the admin
// interface: it gets a client for that one call, so that nothing is left to come back to.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "storage/log/kafka_topics.h"

namespace weir::log {

using KafkaGroupOffsets = std::map<TopicPartition, CommittedOffset>;

// As librdkafka takes them, metadata included.
KafkaPartitionList make_kafka_offsets(const KafkaGroupOffsets& offsets);

class KafkaGroups {
 public:
  KafkaGroups(std::shared_ptr<const KafkaProperties> properties, std::shared_ptr<KafkaMonitor> monitor,
              std::shared_ptr<KafkaTopics> topics)
      : properties_(std::move(properties)), monitor_(std::move(monitor)), topics_(std::move(topics)) {}

  // As in Log. Waits for the outcome of a transaction that holds an offset of this partition.
  std::optional<CommittedOffset> committed(const std::string& group, const TopicPartition& partition);
  // Throws kFenced when the group has members: somebody else consumes under its name. After kUnavailable the offsets
  // may yet be committed.
  void commit(const std::string& group, const KafkaGroupOffsets& offsets);
  void remove(const std::string& group);

 private:
  struct Entry {
    std::string group;
    std::shared_ptr<KafkaHandle> handle;
  };

  std::shared_ptr<KafkaHandle> handle_of(const std::string& group);
  void forget(const std::string& group);

  const std::shared_ptr<const KafkaProperties> properties_;
  const std::shared_ptr<KafkaMonitor> monitor_;
  const std::shared_ptr<KafkaTopics> topics_;
  std::mutex mutex_;
  std::list<Entry> handles_;  // most recently used first
};

}  // namespace weir::log
