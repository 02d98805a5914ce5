#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "bench/kafka/kafka_client.h"
#include "bench/kafka/programs.h"

namespace weir::bench {

namespace {

using LimitClock = std::chrono::steady_clock;
constexpr int kLimitTimeoutMs = 60'000;

double process_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Copies records from a consumer's queue to a topic, with or without transactions.
class Pipe {
 public:
  explicit Pipe(const LimitOptions& options)
      : options_(options), consumer_(make_consumer(options.brokers, consumer_settings())) {
    assignment_.reset(rd_kafka_topic_partition_list_new(8));
    for (const std::string& topic : options.topics) {
      const PartitionsPtr partitions = whole_topic(consumer_.get(), topic);
      for (int i = 0; i < partitions->cnt; ++i) {
        const rd_kafka_topic_partition_t& partition = partitions->elems[i];
        rd_kafka_topic_partition_list_add(assignment_.get(), partition.topic, partition.partition)->offset =
            partition.offset;
      }
      partitions_ = std::max(partitions_, partitions->cnt);
    }
    create_topic(options.brokers, options.out, partitions_);
    producer_ = make_producer(options.brokers, producer_settings());
    if (transactional()) {
      check(rd_kafka_init_transactions(producer_.get(), kLimitTimeoutMs), "transactions");
      check(rd_kafka_begin_transaction(producer_.get()), "a transaction");
    }
    topic_.reset(rd_kafka_topic_new(producer_.get(), options.out.c_str(), nullptr));
  }

  // Returns how many records there were.
  int64_t run() {
    check(rd_kafka_assign(consumer_.get(), assignment_.get()), "reading");
    const QueuePtr queue(rd_kafka_queue_get_consumer(consumer_.get()));
    std::vector<rd_kafka_message_t*> messages(10'000);
    LimitClock::time_point begun = LimitClock::now();
    for (int open = assignment_->cnt; open > 0;) {
      const ssize_t count = rd_kafka_consume_batch_queue(queue.get(), 100, messages.data(), messages.size());
      for (ssize_t i = 0; i < count; ++i) {
        rd_kafka_message_t& message = *messages[static_cast<size_t>(i)];
        if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
          --open;
        } else {
          check(message.err, "reading");
          copy(message);
        }
        rd_kafka_message_destroy(&message);
      }
      if (transactional() && LimitClock::now() - begun >= std::chrono::milliseconds(options_.transaction_ms)) {
        commit();
        check(rd_kafka_begin_transaction(producer_.get()), "a transaction");
        begun = LimitClock::now();
      }
    }
    if (transactional()) commit();
    flush(producer_.get());
    return copied_;
  }

 private:
  static Settings consumer_settings() {
    return {{"enable.partition.eof", "true"},
            {"fetch.message.max.bytes", "1048576"},
            {"queued.min.messages", "100000"},
            {"queued.max.messages.kbytes", "16384"}};
  }

  Settings producer_settings() const {
    Settings settings = {{"linger.ms", "5"},
                         {"batch.size", "524288"},
                         {"batch.num.messages", "100000"},
                         {"compression.codec", "none"},
                         {"queue.buffering.max.messages", "1000000"},
                         {"queue.buffering.max.kbytes", "65536"},
                         {"enable.idempotence", "true"}};
    if (transactional()) settings.emplace_back("transactional.id", options_.out);
    return settings;
  }

  bool transactional() const { return options_.transaction_ms > 0; }

  void copy(const rd_kafka_message_t& message) {
    OutRecord out;
    out.key = message.key;
    out.key_size = message.key_len;
    out.value = message.payload;
    out.value_size = message.len;
    out.time_ms = rd_kafka_message_timestamp(&message, nullptr);
    out.partition = message.partition % partitions_;
    produce(producer_.get(), topic_.get(), out);
    if (++copied_ % 1024 == 0) rd_kafka_poll(producer_.get(), 0);
  }

  void commit() {
    const PartitionsPtr positions(rd_kafka_topic_partition_list_copy(assignment_.get()));
    check(rd_kafka_position(consumer_.get(), positions.get()), "positions");
    rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata(consumer_.get());
    rd_kafka_error_t* error =
        rd_kafka_send_offsets_to_transaction(producer_.get(), positions.get(), group, kLimitTimeoutMs);
    rd_kafka_consumer_group_metadata_destroy(group);
    check(error, "offsets");
    check(rd_kafka_commit_transaction(producer_.get(), kLimitTimeoutMs), "a commit");
  }

  const LimitOptions& options_;
  ClientPtr consumer_, producer_;
  PartitionsPtr assignment_;
  TopicPtr topic_;  // before the producer it is part of
  int partitions_ = 1;
  int64_t copied_ = 0;
};

}  // namespace

void limit(const LimitOptions& options) {
  Pipe pipe(options);
  const double cpu_before = process_cpu_seconds();
  const auto begin = LimitClock::now();
  const int64_t records = pipe.run();
  const double seconds = std::chrono::duration<double>(LimitClock::now() - begin).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{{\"records\":{},\"seconds\":{:.3f},\"cpu_s\":{:.2f},\"peak_rss_kb\":{}}}\n", records, seconds,
             process_cpu_seconds() - cpu_before, usage.ru_maxrss);
}

}  // namespace weir::bench
