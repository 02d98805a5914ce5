#include <fmt/format.h>

#include "bench/kafka/kafka_client.h"
#include "bench/kafka/programs.h"

namespace weir::bench {

namespace {

const Settings kLoadSettings = {{"linger.ms", "20"},
                                {"batch.size", "900000"},
                                {"batch.num.messages", "100000"},
                                {"compression.codec", "lz4"},
                                {"queue.buffering.max.messages", "500000"},
                                {"enable.idempotence", "true"}};

template <class Make>
void fill_topic(const LoadOptions& options, const std::string& name, int64_t count, Make make) {
  create_topic(options.brokers, name, options.partitions);
  Settings settings = kLoadSettings;
  settings.emplace_back("partitioner", "murmur2_random");  // Java's
  const ClientPtr producer = make_producer(options.brokers, settings);
  const TopicPtr topic(rd_kafka_topic_new(producer.get(), name.c_str(), nullptr));
  SurveyRecord record;
  for (int64_t i = 0; i < count; ++i) {
    make(i, record);
    OutRecord out;
    out.value = record.value.data();
    out.value_size = record.value.size();
    out.time_ms = record.time_ms;
    if (options.null_keys) {
      out.partition = static_cast<int32_t>(i % options.partitions);
    } else {
      out.key = record.key.data();
      out.key_size = record.key.size();
    }
    produce(producer.get(), topic.get(), out);
    if (i % 1024 == 0) rd_kafka_poll(producer.get(), 0);
  }
  flush(producer.get());
}

}  // namespace

void load(const LoadOptions& options) {
  const SurveyData data(options.size);
  if (!options.responses.empty()) {
    fill_topic(options, options.responses, options.size.responses,
               [&](int64_t i, SurveyRecord& record) { data.response(i, record); });
  }
  if (!options.respondents.empty()) {
    fill_topic(options, options.respondents, options.size.respondents,
               [&](int64_t i, SurveyRecord& record) { data.respondent(i, record); });
  }
  const ExpectedRows expected = data.expected_rows(options.window_ms);
  fmt::print("{{\"joined\":{},\"filtered\":{}}}\n", expected.joined, expected.filtered);
}

}  // namespace weir::bench
