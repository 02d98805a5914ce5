// One librdkafka client: its threads, connections and callbacks. Shared by those who hold something of it: a reader,
// the records fetched by it. librdkafka's calls on it may be made from any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "storage/log/kafka_monitor.h"
#include "storage/log/kafka_properties.h"
#include "storage/log/kafka_ptr.h"

namespace weir::log {

class KafkaHandle {
 public:
  using Delivery = std::function<void(const rd_kafka_message_t&)>;
  using Rebalance = std::function<void(rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*)>;

  // Doesn't wait for a broker. `delivery` is called by rd_kafka_poll() and rd_kafka_flush() for every record produced.
  // `rebalance` is called by rd_kafka_consumer_poll() and rd_kafka_consumer_close().
  // Throws LogError::kInvalid when the properties don't fit together or name files that can't be read.
  KafkaHandle(KafkaRole role, std::shared_ptr<const KafkaProperties> properties, std::shared_ptr<KafkaMonitor> monitor,
              const KafkaProperties::Settings& defaults, const KafkaProperties::Settings& fixed, Delivery delivery = {},
              Rebalance rebalance = {});
  ~KafkaHandle();
  KafkaHandle(const KafkaHandle&) = delete;
  KafkaHandle& operator=(const KafkaHandle&) = delete;

  rd_kafka_t* get() const { return client_; }
  KafkaMonitor& monitor() const { return *monitor_; }
  const KafkaProperties& properties() const { return *properties_; }

  // Calls the callbacks that wait for the application's thread: errors, deliveries. Never waits.
  void serve() const { rd_kafka_poll(client_, 0); }

  // A number among the client's settings, given or the client's default; `otherwise` where it has none of the name.
  size_t number_setting(const char* name, size_t otherwise) const;

  // The error that ended this client, or RD_KAFKA_RESP_ERR_NO_ERROR.
  rd_kafka_resp_err_t fatal_error() const;

 private:
  static void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text);
  static void on_error(rd_kafka_t* client, int code, const char* reason, void* opaque);
  static void on_delivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
  static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions,
                           void* opaque);
  static rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t* conf, void* opaque, char* error,
                                    size_t error_size);
  static rd_kafka_resp_err_t on_broker_state(rd_kafka_t* client, int32_t broker, const char* protocol, const char* host,
                                             int port, const char* state, void* opaque);

  const std::shared_ptr<const KafkaProperties> properties_;
  const std::shared_ptr<KafkaMonitor> monitor_;
  const Delivery delivery_;
  const Rebalance rebalance_;
  rd_kafka_t* client_ = nullptr;
};

}  // namespace weir::log
