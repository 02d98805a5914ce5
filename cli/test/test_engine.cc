#include "cli/test/test_engine.h"

#include "cli/test/spread.h"
#include "connect/connectors.h"

namespace weir::cli {

TestEngine::TestEngine(const std::map<std::string, std::string>& properties, const TestOptions& test_options,
                       std::shared_ptr<const FunctionRegistry> functions)
    : options_(test_options) {
  EngineOptions options;
  options.config.set("auto.offset.reset", "earliest");
  options.config.set("service.id", "test");
  options.manual_queries = true;
  options.functions = std::move(functions);
  options.connectors = built_in_connectors();
  engine_ = Engine::open(std::move(options));
  for (const auto& [name, value] : properties) {
    // A case may set properties of other engines; only those that mean something here are kept.
    const PropertyDefinition* definition = Config::find(name);
    if (definition != nullptr && definition->session) session_.properties[definition->name] = value;
  }
  state::StateOptions state;
  state.in_memory = true;
  state_ = state::StateEnvironment::create(state);
  transaction_ = engine_->log().open_transaction("test");
}

StatementResult TestEngine::execute(const std::string& text) {
  return execute(*sql::parse_statement(text, session_.variables));
}

void TestEngine::ensure_topic(const std::string& topic, int32_t partitions) {
  if (engine_->log().describe_topic(topic)) return;
  log::TopicConfig config;
  config.partitions = partitions;
  engine_->log().create_topic(topic, config);
}

void TestEngine::append(const std::string& topic, const OwnedRecord& record) {
  transaction_->append(topic, 0, log::OwnedRecordView(record).get());
  transaction_->commit();
}

std::vector<OwnedRecord> TestEngine::records(const std::string& topic) {
  std::vector<OwnedRecord> out;
  const auto info = engine_->log().describe_topic(topic);
  if (!info) return out;
  auto reader = engine_->log().open_reader();
  for (int32_t p = 0; p < info->config.partitions; ++p) {
    const log::TopicPartition partition{topic, p};
    const int64_t end = engine_->log().end_offset(partition);
    int64_t next = 0;
    if (next >= end) continue;
    reader->assign(partition, 0);
    while (next < end) {
      for (const log::FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(1000), 4096)) {
        for (const log::RecordView& record : fetched.records) {
          out.push_back(log::own_record(record));
          next = record.offset + 1;
        }
      }
    }
    reader->unassign(partition);
  }
  return out;
}

std::unique_ptr<QueryDriver> TestEngine::drive(const std::shared_ptr<const QueryDefinition>& query, bool frozen_clock,
                                               std::function<void(const std::string&, const OwnedRecord&)> output,
                                               std::function<void(const ProcessingError&)> error) {
  TaskEnvironment environment = engine_->services().tasks;
  if (frozen_clock) {
    // As Kafka Streams' test driver: processing time stands still at 0, and outer joins look for closed windows once a second of it.
    environment.clock = [] { return int64_t{0}; };
    environment.outer_join_interval_ms = 1000;
  }
  if (options_.partitions > 1) {
    if (const std::string why = why_order_matters(query->plan); !why.empty()) throw OrderMatters(why);
  }
  const std::string topic = query->plan.sink->topic;
  QueryDriver::Handlers handlers;
  handlers.output = [output, topic](const log::RecordView& record) { output(topic, log::own_record(record)); };
  handlers.error_record = [output](const std::string& error_topic, const log::RecordView& record) {
    output(error_topic, log::own_record(record));
  };
  handlers.error = std::move(error);
  const QueryDriver::Options how{options_.restart, options_.partitions};
  return std::make_unique<QueryDriver>(query, environment, state_, how, std::move(handlers));
}

void TestEngine::require_one_partition() const {
  if (options_.partitions > 1) throw OrderMatters("dead letters go back to the partition that they came from");
}

void TestEngine::pipe(QueryDriver& driver, const std::string& topic, const log::RecordView& record) {
  if (options_.partitions > 1 && depends_on_stream_time(driver.query().plan)) {
    int64_t& latest = stream_times_[&driver];
    if (record.timestamp < latest) throw OrderMatters("what is late depends on the records of its partition");
    latest = record.timestamp;
    if (has_ttl(*driver.query().plan.root)) {
      const std::optional<std::string> key(record.key);
      if (first_keys_.try_emplace(&driver, key).first->second != key)
        throw OrderMatters("when a row ends depends on the records of its partition: a TTL");
    }
  }
  driver.pipe(topic, record);
}

SourcePtr TestEngine::source_of_topic(const std::string& topic) const {
  SourcePtr found;
  for (const SourcePtr& source : engine_->catalog().sources()) {
    if (source->topic == topic && (!found || !found->query)) found = source;
  }
  return found;
}

}  // namespace weir::cli
