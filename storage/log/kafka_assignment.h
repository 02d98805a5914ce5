// One partition that a reader reads: its queue in librdkafka, and how far it got. A queue for each partition, so that
// one which is paused or slow holds up no other, and nothing that was fetched is thrown away. Owned by the reader, its
// thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "storage/log/kafka_handle.h"
#include "storage/log/kafka_ready_list.h"
#include "storage/log/log.h"

namespace weir::log {

// When librdkafka stops fetching ahead for a partition.
struct KafkaFetchLimits {
  size_t messages = 0;
  size_t bytes = 0;
};

class KafkaAssignment {
 public:
  // Starts to fetch at `offset`. Needs no broker.
  KafkaAssignment(std::shared_ptr<KafkaHandle> handle, std::shared_ptr<KafkaReadyList> ready, KafkaFetchLimits limits,
                  TopicPartition partition, int64_t offset);
  ~KafkaAssignment();
  KafkaAssignment(const KafkaAssignment&) = delete;
  KafkaAssignment& operator=(const KafkaAssignment&) = delete;

  // What is there now, at most as many records as `scratch` has room for; nullopt when there is nothing.
  std::optional<FetchedRecords> fetch(std::vector<rd_kafka_message_t*>& scratch);
  // Lists the partition as ready again, when the last fetch() left something.
  void list_if_ready();

  void pause() { paused_ = true; }
  void resume();
  bool paused() const { return paused_; }
  bool at_end() const { return at_end_; }
  // Where reading would go on; kEarliest or kLatest when nothing is known yet.
  int64_t position() const { return position_; }

  bool& listed() { return listed_; }

 private:
  static void on_queue(rd_kafka_t* client, void* opaque);

  void start(int64_t offset);
  void handle_error(const rd_kafka_message_t& message);
  void after_drain();
  bool reached_known_end();
  std::string text() const;

  const std::shared_ptr<KafkaHandle> handle_;
  const std::shared_ptr<KafkaReadyList> ready_;
  const KafkaFetchLimits limits_;
  const TopicPartition partition_;
  KafkaTopic topic_;
  KafkaQueue queue_;
  KafkaPartitionList position_query_;
  int64_t position_;
  bool listed_ = false;  // guarded by the ready list
  bool paused_ = false;
  bool more_ = true;  // the queue may hold more
  bool at_end_ = false;
  // What was taken since the queue was empty last.
  size_t run_messages_ = 0;
  size_t run_bytes_ = 0;
};

}  // namespace weir::log
