// kafka_bench: what run.py measures Weir and Kafka Streams with, on a broker. Its sub-commands are in programs.h.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "bench/kafka/kafka_client.h"
#include "bench/kafka/programs.h"

namespace {

using namespace weir::bench;

// Topics that were made by one run, by what their names have in common.
void delete_matching(const std::string& brokers, const std::string& part) {
  std::vector<std::string> doomed;
  for (std::string& topic : list_topics(brokers)) {
    if (topic.find(part) != std::string::npos) doomed.push_back(std::move(topic));
  }
  delete_topics(brokers, doomed);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Loads, watches and checks topics for the benchmark against Kafka"};
  app.require_subcommand(1);
  std::string brokers;
  app.add_option("--brokers", brokers)->required();

  LoadOptions load_options;
  CLI::App* command = app.add_subcommand("load", "Make and fill the topics");
  command->add_option("--responses", load_options.responses);
  command->add_option("--respondents", load_options.respondents);
  command->add_option("--responses-count", load_options.size.responses);
  command->add_option("--respondents-count", load_options.size.respondents);
  command->add_option("--keys", load_options.size.keys);
  command->add_option("--start-ms", load_options.size.start_ms);
  command->add_option("--span-ms", load_options.size.span_ms);
  command->add_option("--seed", load_options.size.seed);
  command->add_option("--partitions", load_options.partitions);
  command->add_flag("--null-keys", load_options.null_keys);
  command->callback([&] {
    load_options.brokers = brokers;
    load(load_options);
  });

  WatchOptions watch_options;
  command = app.add_subcommand("watch", "Wait for a topic's records, and tell what the process took");
  command->add_option("--topic", watch_options.topic)->required();
  command->add_option("--expect", watch_options.expect)->required();
  command->add_option("--pid", watch_options.pid)->required();
  command->add_option("--quiet-ms", watch_options.quiet_ms);
  command->add_option("--stall-s", watch_options.stall_s);
  command->callback([&] {
    watch_options.brokers = brokers;
    watch(watch_options);
  });

  RowsOptions rows_options;
  command = app.add_subcommand("rows", "Count a topic's committed records, with a checksum");
  command->add_option("--topic", rows_options.topic)->required();
  command->add_flag("--print", rows_options.print);
  command->callback([&] {
    rows_options.brokers = brokers;
    rows(rows_options);
  });

  LimitOptions limit_options;
  command = app.add_subcommand("limit", "Copy topics with librdkafka alone");
  command->add_option("--topic", limit_options.topics)->required();
  command->add_option("--out", limit_options.out)->required();
  command->add_option("--transaction-ms", limit_options.transaction_ms);
  command->callback([&] {
    limit_options.brokers = brokers;
    limit(limit_options);
  });

  LatencyOptions latency_options;
  command = app.add_subcommand("latency", "From a record produced at a steady rate to its joined row");
  command->add_option("--responses", latency_options.responses)->required();
  command->add_option("--respondents", latency_options.respondents)->required();
  command->add_option("--out", latency_options.out)->required();
  command->add_option("--rate", latency_options.rate);
  command->add_option("--seconds", latency_options.seconds);
  command->add_option("--warm-up-s", latency_options.warm_up_s);
  command->add_option("--keys", latency_options.keys);
  command->callback([&] {
    latency_options.brokers = brokers;
    latency(latency_options);
  });

  ProbeOptions probe_options;
  command = app.add_subcommand("probe", "Produce one pair of records and wait for its row");
  command->add_option("--responses", probe_options.responses)->required();
  command->add_option("--respondents", probe_options.respondents)->required();
  command->add_option("--out", probe_options.out)->required();
  command->add_option("--time-ms", probe_options.time_ms)->required();
  command->add_option("--timeout-s", probe_options.timeout_s);
  command->callback([&] {
    probe_options.brokers = brokers;
    probe(probe_options);
  });

  std::string topic, part;
  int partitions = 4;
  command = app.add_subcommand("create", "Make a topic that keeps its records");
  command->add_option("--topic", topic)->required();
  command->add_option("--partitions", partitions);
  command->callback([&] { create_topic(brokers, topic, partitions); });
  command = app.add_subcommand("delete", "Delete the topics whose names contain a text");
  command->add_option("--containing", part)->required();
  command->callback([&] { delete_matching(brokers, part); });

  try {
    CLI11_PARSE(app, argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kafka_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
