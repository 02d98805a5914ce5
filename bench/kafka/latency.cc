#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/kafka/kafka_client.h"
#include "bench/kafka/programs.h"

namespace weir::bench {

namespace {

using LatencyClock = std::chrono::steady_clock;
constexpr std::chrono::seconds kLatencyPatience{60};
constexpr std::string_view kSentField = "\"answered_at\":";

int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(LatencyClock::now().time_since_epoch()).count();
}

int64_t now_unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Sends responses at the rate; each says in answered_at when, by the clock that its reader has too.
class SteadyProducer {
 public:
  explicit SteadyProducer(const LatencyOptions& options)
      : options_(options),
        producer_(make_producer(options.brokers, {{"linger.ms", "1"}, {"partitioner", "murmur2_random"}})),
        responses_(rd_kafka_topic_new(producer_.get(), options.responses.c_str(), nullptr)) {
    size_.keys = size_.responses = size_.respondents = options.keys;
    size_.span_ms = options.keys;  // one a millisecond, up to now
    size_.start_ms = now_unix_ms() - size_.span_ms;
  }

  void send_respondents() {
    const SurveyData data(size_);
    const TopicPtr topic(rd_kafka_topic_new(producer_.get(), options_.respondents.c_str(), nullptr));
    SurveyRecord record;
    for (int64_t i = 0; i < options_.keys; ++i) {
      data.respondent(i, record);
      send(topic.get(), record);
    }
    flush(producer_.get());
  }

  void run(int64_t seconds) {
    const SurveyData data(size_);
    SurveyRecord record;
    const int64_t begin = now_us(), total = options_.rate * seconds;
    for (int64_t i = 0; i < total; ++i) {
      const int64_t due = begin + i * 1'000'000 / options_.rate;
      while (now_us() < due) {
        rd_kafka_poll(producer_.get(), 0);
        std::this_thread::sleep_for(std::chrono::microseconds(500));
      }
      data.response(i % options_.keys, record);
      record.time_ms = now_unix_ms();
      // From when it was due, so that a producer that is held up doesn't hide it.
      record.value.resize(record.value.rfind(kSentField) + kSentField.size());
      record.value += std::to_string(due) + "}";
      send(responses_.get(), record);
    }
    flush(producer_.get());
  }

 private:
  void send(rd_kafka_topic_t* topic, const SurveyRecord& record) {
    OutRecord out;
    out.key = record.key.data();
    out.key_size = record.key.size();
    out.value = record.value.data();
    out.value_size = record.value.size();
    out.time_ms = record.time_ms;
    produce(producer_.get(), topic, out);
  }

  const LatencyOptions& options_;
  SurveySize size_;
  ClientPtr producer_;
  TopicPtr responses_;  // before the producer it is part of
};

struct Sample {
  int64_t sent_us, latency_us;
};

Sample read_sample(const rd_kafka_message_t& message) {
  const std::string_view value(static_cast<const char*>(message.payload), message.len);
  const size_t at = value.find(kSentField);
  if (at == std::string_view::npos) throw std::runtime_error("a joined row has no answered_at");
  const int64_t sent = std::atoll(value.data() + at + kSentField.size());
  return {sent, now_us() - sent};
}

}  // namespace

void latency(const LatencyOptions& options) {
  const ClientPtr consumer = make_consumer(options.brokers, {{"fetch.wait.max.ms", "10"}});
  const PartitionsPtr partitions = whole_topic(consumer.get(), options.out);
  check(rd_kafka_assign(consumer.get(), partitions.get()), "reading " + options.out);
  SteadyProducer producer(options);
  producer.send_respondents();
  const int64_t begin = now_us();
  const int64_t measured_from = begin + options.warm_up_s * 1'000'000;
  const int64_t expected = options.rate * (options.warm_up_s + options.seconds);
  std::exception_ptr failure;
  std::thread sender([&] {
    try {
      producer.run(options.warm_up_s + options.seconds);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  std::vector<int64_t> latencies;
  int64_t received = 0;
  auto last = LatencyClock::now();
  while (received < expected && LatencyClock::now() - last < kLatencyPatience) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer.get(), 100);
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const Sample sample = read_sample(*message);
      if (sample.sent_us >= measured_from) latencies.push_back(sample.latency_us);
      ++received;
      last = LatencyClock::now();
    }
    rd_kafka_message_destroy(message);
  }
  sender.join();
  if (failure) std::rethrow_exception(failure);
  if (received < expected) {
    throw std::runtime_error(fmt::format("{} of {} joined rows came", received, expected));
  }
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double part) {
    const auto index = static_cast<size_t>(part * static_cast<double>(latencies.size()));
    return static_cast<double>(latencies[std::min(index, latencies.size() - 1)]) / 1000;
  };
  fmt::print("{{\"rows\":{},\"p50_ms\":{:.2f},\"p99_ms\":{:.2f},\"max_ms\":{:.2f}}}\n", latencies.size(), at(0.5),
             at(0.99), at(1));
}

}  // namespace weir::bench
