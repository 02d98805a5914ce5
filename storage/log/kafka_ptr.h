// Owning pointers for the objects of librdkafka's C interface.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace weir::log {

template <auto destroy>
struct KafkaDeleter {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};

template <class T, auto destroy>
using KafkaPtr = std::unique_ptr<T, KafkaDeleter<destroy>>;

using KafkaConf = KafkaPtr<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using KafkaQueue = KafkaPtr<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using KafkaTopic = KafkaPtr<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using KafkaEvent = KafkaPtr<rd_kafka_event_t, rd_kafka_event_destroy>;
using KafkaError = KafkaPtr<rd_kafka_error_t, rd_kafka_error_destroy>;
using KafkaPartitionList = KafkaPtr<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using KafkaAdminOptions = KafkaPtr<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using KafkaMetadata = KafkaPtr<const struct rd_kafka_metadata, rd_kafka_metadata_destroy>;
using KafkaGroupMetadata = KafkaPtr<rd_kafka_consumer_group_metadata_t, rd_kafka_consumer_group_metadata_destroy>;

}  // namespace weir::log
