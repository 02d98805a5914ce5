// Results that the log doesn't take because they are too large.
#include "engine/runtime/error_record.h"
#include "engine/runtime/unit_collector.h"
#include "tests/unit/runtime/engine_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

// As Kafka's: a record has at most so many bytes.
class LimitedTransaction final : public log::LogTransaction {
 public:
  LimitedTransaction(std::unique_ptr<log::LogTransaction> inner, size_t limit)
      : inner_(std::move(inner)), limit_(limit) {}
  void append(std::string_view topic, int32_t partition, const log::RecordView& record) override {
    size_t size = record.value.value_or("").size();
    for (const log::HeaderView& header : record.headers) size += header.key.size() + header.value.value_or("").size();
    if (size > limit_ && !topic.ends_with("processing_log"))
      throw log::LogError(log::LogError::Kind::kTooLarge, "it is too large");
    inner_->append(topic, partition, record);
  }
  void commit_offset(std::string_view group, const log::TopicPartition& partition,
                     const log::CommittedOffset& offset) override {
    inner_->commit_offset(group, partition, offset);
  }
  size_t pending_bytes() const override { return inner_->pending_bytes(); }
  bool empty() const override { return inner_->empty(); }
  void commit(std::map<log::TopicPartition, int64_t>* ends) override { inner_->commit(ends); }
  void abort() override { inner_->abort(); }

 private:
  std::unique_ptr<log::LogTransaction> inner_;
  const size_t limit_;
};

}  // namespace

TEST_CASE("a result that is too large is a dead letter with its record; a letter that is too large goes without it") {
  EngineOptions options;
  options.config.set("auto.offset.reset", "earliest");
  options.manual_queries = true;
  const auto engine = Engine::open(std::move(options));
  Session session;
  const auto run = [&](const std::string& text) { engine->execute(*sql::parse_statement(text), session); };
  run("CREATE STREAM S (V VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
  run("CREATE STREAM T WITH (ON_ERROR='DEAD_LETTER', DEAD_LETTER_TOPIC='bad') AS SELECT RPAD(V, LEN(V) * 3, 'x') AS V "
      "FROM "
      "S EMIT CHANGES;");
  const auto query = engine->query_definitions().at(0);
  const RuntimeServices& services = engine->services();
  LimitedTransaction transaction(engine->log().open_transaction("test"), 1200);
  const auto state = state::TaskState::open(services.transient_state, "", std::nullopt);
  UnitCollector collector(*query, services, transaction, query->stages[0], 0);
  Task task(query->plan, query->stages[0], services.tasks, *state, collector);
  const std::vector<std::string> values = {"{\"V\":\"a\"}", "{\"V\":\"" + std::string(500, 'b') + "\"}",
                                           "{\"V\":\"" + std::string(1100, 'c') + "\"}", "{\"V\":\"d\"}"};
  log::FetchedRecords records;
  records.source = {"s", 0};
  for (size_t i = 0; i < values.size(); ++i) {
    log::RecordView record;
    record.value = values[i];
    record.timestamp = 1000;
    record.offset = static_cast<int64_t>(i);
    records.records.push_back(record);
  }
  task.add(0, std::move(records));
  task.process([](size_t) { return true; });
  transaction.commit(nullptr);
  CHECK(engine->log().end_offset({"T", 0}) == 2);
  CHECK(query->status->errors[static_cast<size_t>(RowError::Stage::kProduce)].load() == 2);
  const auto reader = engine->log().open_reader();
  reader->assign({"bad", 0}, 0);
  const auto fetched = reader->poll(std::chrono::seconds(10), 10);
  REQUIRE(fetched.size() == 1);
  REQUIRE(fetched[0].records.size() == 2);
  CHECK(fetched[0].records[0].value == values[1]);
  CHECK_FALSE(fetched[0].records[1].value.has_value());
  const auto place = ErrorRecord::place_of(fetched[0].records[1]);
  REQUIRE(place.has_value());
  CHECK(place->offset == 2);
  CHECK_FALSE(place->has_record);
  CHECK(engine->log().end_offset({services.processing_log_topic, 0}) == 2);
}
