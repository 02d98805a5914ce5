#include "storage/log/kafka_handle.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <string_view>

namespace weir::log {

KafkaHandle::KafkaHandle(KafkaRole role, std::shared_ptr<const KafkaProperties> properties,
                         std::shared_ptr<KafkaMonitor> monitor, const KafkaProperties::Settings& defaults,
                         const KafkaProperties::Settings& fixed, Delivery delivery, Rebalance rebalance)
    : properties_(std::move(properties)),
      monitor_(std::move(monitor)),
      delivery_(std::move(delivery)),
      rebalance_(std::move(rebalance)) {
  KafkaConf conf = properties_->make_conf(role, defaults, fixed);
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  if (delivery_) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  if (rebalance_) rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  rd_kafka_conf_interceptor_add_on_new(conf.get(), "weir", on_new, this);
  std::array<char, 512> text{};
  const rd_kafka_type_t type = role == KafkaRole::kProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  client_ = rd_kafka_new(type, conf.get(), text.data(), text.size());
  if (!client_) {
    throw LogError(LogError::Kind::kInvalid,
                   "The Kafka properties were refused: " + properties_->redact(std::string(text.data())));
  }
  static_cast<void>(conf.release());  // the client's now
}

KafkaHandle::~KafkaHandle() { rd_kafka_destroy(client_); }

size_t KafkaHandle::number_setting(const char* name, size_t otherwise) const {
  std::array<char, 32> text{};
  size_t size = text.size();
  if (rd_kafka_conf_get(rd_kafka_conf(client_), name, text.data(), &size) != RD_KAFKA_CONF_OK) return otherwise;
  return static_cast<size_t>(std::strtoull(text.data(), nullptr, 10));
}

rd_kafka_resp_err_t KafkaHandle::fatal_error() const { return rd_kafka_fatal_error(client_, nullptr, 0); }

void KafkaHandle::on_log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  const auto* self = client ? static_cast<const KafkaHandle*>(rd_kafka_opaque(client)) : nullptr;
  if (self) self->monitor_->log_line(level, facility, self->properties_->redact(text));
}

void KafkaHandle::on_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
  // Connections are told of by their log lines and states; what ends the client is thrown by the calls that meet it.
  switch (static_cast<rd_kafka_resp_err_t>(code)) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__FATAL:
      return;
    default:
      break;
  }
  const auto* self = static_cast<const KafkaHandle*>(opaque);
  self->monitor_->error(fmt::format("Kafka client: {}", self->properties_->redact(reason)));
}

void KafkaHandle::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  static_cast<const KafkaHandle*>(opaque)->delivery_(*message);
}

void KafkaHandle::on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions,
                               void* opaque) {
  static_cast<const KafkaHandle*>(opaque)->rebalance_(what, partitions);
}

rd_kafka_resp_err_t KafkaHandle::on_new(rd_kafka_t* client, const rd_kafka_conf_t*, void* opaque, char*, size_t) {
  return rd_kafka_interceptor_add_on_broker_state_change(client, "weir", on_broker_state, opaque);
}

rd_kafka_resp_err_t KafkaHandle::on_broker_state(rd_kafka_t*, int32_t, const char*, const char* host, int port,
                                                 const char* state, void* opaque) {
  if (std::string_view(state) != "UP") return RD_KAFKA_RESP_ERR_NO_ERROR;
  static_cast<const KafkaHandle*>(opaque)->monitor_->broker_up(fmt::format("{}:{}", host, port), host);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace weir::log
