#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <string_view>

#include "bench/kafka/kafka_client.h"
#include "bench/kafka/programs.h"

namespace weir::bench {

namespace {

constexpr std::string_view kProbeKey = "probe";

void send_probe(const ProbeOptions& options, const std::string& topic_name, std::string_view value) {
  const ClientPtr producer = make_producer(options.brokers, {{"partitioner", "murmur2_random"}});
  const TopicPtr topic(rd_kafka_topic_new(producer.get(), topic_name.c_str(), nullptr));
  OutRecord out;
  out.key = kProbeKey.data();
  out.key_size = kProbeKey.size();
  out.value = value.data();
  out.value_size = value.size();
  out.time_ms = options.time_ms;
  produce(producer.get(), topic.get(), out);
  flush(producer.get());
}

}  // namespace

void probe(const ProbeOptions& options) {
  const ClientPtr consumer = make_consumer(options.brokers, {{"fetch.wait.max.ms", "10"}});
  const std::vector<int64_t> ends = committed_ends(consumer.get(), options.out);
  const PartitionsPtr partitions = whole_topic(consumer.get(), options.out);
  for (int i = 0; i < partitions->cnt; ++i) partitions->elems[i].offset = ends.at(static_cast<size_t>(i));
  check(rd_kafka_assign(consumer.get(), partitions.get()), "reading " + options.out);
  send_probe(options, options.respondents, R"({"name":"Probe","country":"DE","age":1})");
  send_probe(options, options.responses, R"({"question_id":"probe","score":1,"text":"probe","answered_at":1})");
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < std::chrono::seconds(options.timeout_s)) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer.get(), 100);
    if (!message) continue;
    const bool found = message->err == RD_KAFKA_RESP_ERR_NO_ERROR &&
                       std::string_view(static_cast<const char*>(message->key), message->key_len) == kProbeKey;
    rd_kafka_message_destroy(message);
    if (!found) continue;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    fmt::print("{{\"at\":{:.3f}}}\n", std::chrono::duration<double>(now).count());
    return;
  }
  throw std::runtime_error(fmt::format("the probe's row didn't come within {} s", options.timeout_s));
}

}  // namespace weir::bench
