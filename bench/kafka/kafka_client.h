// What the benchmark's programs share of librdkafka: settings, topics, ends of topics. Its errors are
// std::runtime_error. An object belongs to one thread.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir::bench {

using Settings = std::vector<std::pair<std::string, std::string>>;

template <auto destroy>
struct Destroyer {
  template <class T>
  void operator()(T* pointer) const {
    destroy(pointer);
  }
};
using ClientPtr = std::unique_ptr<rd_kafka_t, Destroyer<rd_kafka_destroy>>;
using TopicPtr = std::unique_ptr<rd_kafka_topic_t, Destroyer<rd_kafka_topic_destroy>>;
using QueuePtr = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using PartitionsPtr =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Destroyer<rd_kafka_topic_partition_list_destroy>>;

// A producer whose failed deliveries are counted by failed_deliveries().
ClientPtr make_producer(const std::string& brokers, const Settings& settings);
int64_t failed_deliveries();

// A consumer that reads committed records only, assigned by hand.
ClientPtr make_consumer(const std::string& brokers, const Settings& settings);

// Throws with `what` where a librdkafka call gave an error.
void check(rd_kafka_error_t* error, const std::string& what);
void check(rd_kafka_resp_err_t error, const std::string& what);

void create_topic(const std::string& brokers, const std::string& topic, int partitions);
std::vector<std::string> list_topics(const std::string& brokers);
void delete_topics(const std::string& brokers, const std::vector<std::string>& topics);

// 0: there is no such topic.
int partition_count(rd_kafka_t* client, const std::string& topic);

// The partitions of a topic from their beginning, to be assigned.
PartitionsPtr whole_topic(rd_kafka_t* client, const std::string& topic);

// Where what has been committed ends, of each partition; empty while there is no such topic.
std::vector<int64_t> committed_ends(rd_kafka_t* consumer, const std::string& topic);

// Hands a copy of a record to librdkafka, waiting while its buffer is full.
struct OutRecord {
  const void* key = nullptr;
  size_t key_size = 0;
  const void* value = nullptr;
  size_t value_size = 0;
  int64_t time_ms = 0;
  int32_t partition = RD_KAFKA_PARTITION_UA;
};
void produce(rd_kafka_t* producer, rd_kafka_topic_t* topic, const OutRecord& record);
void flush(rd_kafka_t* producer);

}  // namespace weir::bench
