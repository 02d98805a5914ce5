// The sub-commands of kafka_bench. Each prints one JSON object on standard output when it is done, and throws on
// failure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/kafka/survey_data.h"

namespace weir::bench {

// Makes the topics and fills them.
struct LoadOptions {
  std::string brokers, responses, respondents;  // an empty topic isn't loaded
  SurveySize size;
  int partitions = 4;
  bool null_keys = false;
  int64_t window_ms = 600'000;  // of the join whose rows are counted
};
void load(const LoadOptions& options);

// Waits until a topic holds so many committed records and has been quiet for a while; tells when the last came, and
// what the process that writes it had used by then.
struct WatchOptions {
  std::string brokers, topic;
  int64_t expect = 0;
  int64_t pid = 0;
  int64_t quiet_ms = 5'000;
  int64_t stall_s = 60;  // without a record for so long, it has failed
};
void watch(const WatchOptions& options);

// Counts the committed records of a topic, and sums up hashes of them that depend on what a row says, not on how it is
// written or where it stands.
struct RowsOptions {
  std::string brokers, topic;
  bool print = false;  // the records themselves too, as `time key value`
};
void rows(const RowsOptions& options);

// The limit: every record of the topics is read and written to another, by librdkafka alone.
struct LimitOptions {
  std::string brokers, out;
  std::vector<std::string> topics;
  int64_t transaction_ms = 0;  // 0: no transactions
};
void limit(const LimitOptions& options);

// Produces at a steady rate and reads the joined rows.
struct LatencyOptions {
  std::string brokers, responses, respondents, out;
  int64_t rate = 10'000, seconds = 30, warm_up_s = 15, keys = 10'000;
};
void latency(const LatencyOptions& options);

// Produces a response and its respondent, both with a key that nobody else has, and tells when their row was there.
struct ProbeOptions {
  std::string brokers, responses, respondents, out;
  int64_t time_ms = 0, timeout_s = 300;
};
void probe(const ProbeOptions& options);

}  // namespace weir::bench
