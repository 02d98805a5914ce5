#include "bench/kafka/kafka_client.h"

#include <array>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace weir::bench {

namespace {

constexpr int kTimeoutMs = 30'000;
std::atomic<int64_t> failed_deliveries_count{0};

void count_failure(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++failed_deliveries_count;
}

ClientPtr make_client(rd_kafka_type_t type, const std::string& brokers, const Settings& settings) {
  std::array<char, 512> text{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  const auto set = [&](const std::string& name, const std::string& value) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size()) != RD_KAFKA_CONF_OK)
      throw std::runtime_error(text.data());
  };
  set("bootstrap.servers", brokers);
  for (const auto& [name, value] : settings) set(name, value);
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, count_failure);
  ClientPtr client(rd_kafka_new(type, conf, text.data(), text.size()));
  if (!client) throw std::runtime_error(text.data());
  return client;
}

// Runs an admin request; `start` hands it to librdkafka with the queue for its answer.
template <class Start, class Results>
void admin_request(const std::string& brokers, Start start, Results results) {
  const ClientPtr client = make_client(RD_KAFKA_PRODUCER, brokers, {});
  const QueuePtr queue(rd_kafka_queue_new(client.get()));
  start(client.get(), queue.get());
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue.get(), kTimeoutMs);
  if (!event) throw std::runtime_error("the broker doesn't answer");
  const rd_kafka_resp_err_t error = rd_kafka_event_error(event);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) results(event);
  rd_kafka_event_destroy(event);
  check(error, "the broker refuses");
}

}  // namespace

void check(rd_kafka_error_t* error, const std::string& what) {
  if (!error) return;
  const std::string reason = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  throw std::runtime_error(what + ": " + reason);
}

void check(rd_kafka_resp_err_t error, const std::string& what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(what + ": " + rd_kafka_err2str(error));
}

ClientPtr make_producer(const std::string& brokers, const Settings& settings) {
  return make_client(RD_KAFKA_PRODUCER, brokers, settings);
}

int64_t failed_deliveries() { return failed_deliveries_count; }

ClientPtr make_consumer(const std::string& brokers, const Settings& settings) {
  Settings all = {{"group.id", "weir-bench"},
                  {"isolation.level", "read_committed"},
                  {"enable.auto.commit", "false"},
                  {"allow.auto.create.topics", "false"}};
  all.insert(all.end(), settings.begin(), settings.end());
  return make_client(RD_KAFKA_CONSUMER, brokers, all);
}

void create_topic(const std::string& brokers, const std::string& topic, int partitions) {
  std::array<char, 512> text{};
  rd_kafka_NewTopic_t* fresh = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, text.data(), text.size());
  rd_kafka_NewTopic_set_config(fresh, "retention.ms", "-1");  // the records' times are not of today
  admin_request(
      brokers,
      [&](rd_kafka_t* client, rd_kafka_queue_t* queue) { rd_kafka_CreateTopics(client, &fresh, 1, nullptr, queue); },
      [&](const rd_kafka_event_t* event) {
        size_t count = 0;
        const auto* result = rd_kafka_event_CreateTopics_result(const_cast<rd_kafka_event_t*>(event));
        const rd_kafka_topic_result_t** topics = rd_kafka_CreateTopics_result_topics(result, &count);
        check(rd_kafka_topic_result_error(topics[0]), "topic " + topic);
      });
  rd_kafka_NewTopic_destroy(fresh);
}

std::vector<std::string> list_topics(const std::string& brokers) {
  const ClientPtr client = make_client(RD_KAFKA_PRODUCER, brokers, {});
  const rd_kafka_metadata_t* metadata = nullptr;
  check(rd_kafka_metadata(client.get(), 1, nullptr, &metadata, kTimeoutMs), "the list of topics");
  std::vector<std::string> names;
  for (int i = 0; i < metadata->topic_cnt; ++i) names.emplace_back(metadata->topics[i].topic);
  rd_kafka_metadata_destroy(metadata);
  return names;
}

void delete_topics(const std::string& brokers, const std::vector<std::string>& topics) {
  if (topics.empty()) return;
  std::vector<rd_kafka_DeleteTopic_t*> wanted;
  for (const std::string& topic : topics) wanted.push_back(rd_kafka_DeleteTopic_new(topic.c_str()));
  admin_request(
      brokers,
      [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
        rd_kafka_DeleteTopics(client, wanted.data(), wanted.size(), nullptr, queue);
      },
      [](const rd_kafka_event_t*) {});
  rd_kafka_DeleteTopic_destroy_array(wanted.data(), wanted.size());
}

int partition_count(rd_kafka_t* client, const std::string& topic) {
  const TopicPtr handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client, 0, handle.get(), &metadata, kTimeoutMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  const bool known = metadata->topic_cnt == 1 && metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
  const int count = known ? metadata->topics[0].partition_cnt : 0;
  rd_kafka_metadata_destroy(metadata);
  return count;
}

PartitionsPtr whole_topic(rd_kafka_t* client, const std::string& topic) {
  const int count = partition_count(client, topic);
  if (count == 0) throw std::runtime_error("there is no topic " + topic);
  PartitionsPtr partitions(rd_kafka_topic_partition_list_new(count));
  for (int i = 0; i < count; ++i) {
    rd_kafka_topic_partition_list_add(partitions.get(), topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  return partitions;
}

std::vector<int64_t> committed_ends(rd_kafka_t* consumer, const std::string& topic) {
  const int count = partition_count(consumer, topic);
  std::vector<int64_t> ends;
  for (int i = 0; i < count; ++i) {
    int64_t begin = 0, end = 0;
    if (rd_kafka_query_watermark_offsets(consumer, topic.c_str(), i, &begin, &end, kTimeoutMs) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
      return {};
    ends.push_back(end);
  }
  return ends;
}

void produce(rd_kafka_t* producer, rd_kafka_topic_t* topic, const OutRecord& record) {
  while (true) {
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        producer, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(record.partition),
        RD_KAFKA_V_KEY(record.key, record.key_size),
        RD_KAFKA_V_VALUE(const_cast<void*>(record.value), record.value_size), RD_KAFKA_V_TIMESTAMP(record.time_ms),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return check(error, "a record is refused");
    rd_kafka_poll(producer, 10);
  }
}

void flush(rd_kafka_t* producer) {
  check(rd_kafka_flush(producer, 120'000), "records are not acknowledged");
  if (failed_deliveries() > 0) throw std::runtime_error("records were not delivered");
}

}  // namespace weir::bench
