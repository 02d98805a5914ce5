// The order of commits and checkpoints in a lane: what one unit meets, the others don't lose or repeat anything for.
#include "engine/runtime/lane.h"

#include "storage/log/sole_owner.h"
#include "tests/unit/runtime/engine_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

// What goes wrong, as long as it is set.
struct Trouble {
  std::string refused;          // the owner whose positions are refused
  bool append_is_away = false;  // the next append finds the log away
  // A topic that may not be written to. As with Kafka, that comes to light at the commit, or in a later append.
  std::string closed;
  std::string told_by;  // the topic whose append tells it; empty: the commit does
};

class TroubledTransaction final : public log::LogTransaction {
 public:
  TroubledTransaction(std::unique_ptr<log::LogTransaction> inner, Trouble& trouble)
      : inner_(std::move(inner)), trouble_(trouble) {}
  void append(std::string_view topic, int32_t partition, const log::RecordView& record) override {
    if (std::exchange(trouble_.append_is_away, false)) {
      throw log::LogError(log::LogError::Kind::kUnavailable, "The log is away.");
    }
    if (topic == trouble_.told_by) throw_if_failed();
    inner_->append(topic, partition, record);
    has_failed_ = has_failed_ || topic == trouble_.closed;
  }
  void commit_offset(std::string_view group, const log::TopicPartition& partition,
                     const log::CommittedOffset& offset) override {
    if (group == trouble_.refused) throw log::LogError(log::LogError::Kind::kInternal, "The positions are refused.");
    inner_->commit_offset(group, partition, offset);
  }
  size_t pending_bytes() const override { return inner_->pending_bytes(); }
  bool empty() const override { return inner_->empty(); }
  void commit(std::map<log::TopicPartition, int64_t>* ends) override {
    throw_if_failed();
    inner_->commit(ends);
  }
  void abort() override {
    inner_->abort();
    has_failed_ = false;
  }

 private:
  void throw_if_failed() const {
    if (has_failed_) throw log::LogError(log::LogError::Kind::kInvalid, "Not allowed", trouble_.closed);
  }

  const std::unique_ptr<log::LogTransaction> inner_;
  Trouble& trouble_;
  bool has_failed_ = false;  // until it is aborted
};

class TroubledOwner final : public log::SoleOwner {
 public:
  using SoleOwner::SoleOwner;
  Trouble trouble;
  std::unique_ptr<log::LogTransaction> open_transaction(int32_t worker) override {
    return std::make_unique<TroubledTransaction>(SoleOwner::open_transaction(worker), trouble);
  }
};

// A lane over a folder and a stream S, stepped by the test with a clock of its own; the engine runs nothing.
class LaneUnderTest {
 public:
  LaneUnderTest()
      : engine_(open_engine()), services_(engine_->services()), group_(engine_->log(), {.service = "lane"}) {
    services_.state_dir = folder_.path() + "/state";
    services_.state = state::StateEnvironment::create({});
    services_.checkpoint_interval_ms = 0;  // with every commit
    lane_ = std::make_unique<Lane>(services_, &group_, 0, [] {});
    run("CREATE STREAM S (K INT KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
  }
  void run(const std::string& text) { engine_->execute(*sql::parse_statement(text), session_); }
  // The query that writes to the topic, as one unit with a task for each stage.
  std::shared_ptr<const QueryDefinition> add(const std::string& sink) {
    for (const auto& query : engine_->query_definitions()) {
      if (query->plan.sink->topic == sink) return add(query);
    }
    FAIL("no query writes to " << sink);
    return nullptr;
  }
  std::shared_ptr<const QueryDefinition> add(const std::shared_ptr<const QueryDefinition>& query) {
    std::vector<TaskPlace> places;
    for (const Stage& stage : query->stages) places.push_back({stage.index, 0});
    lane_->add(query, places);
    return query;
  }
  // As RESUME does: anew, with a status of its own.
  std::shared_ptr<const QueryDefinition> resume(const QueryDefinition& ended) {
    lane_->remove(ended.id, false);
    auto query = std::make_shared<QueryDefinition>(ended);
    query->status = std::make_shared<QueryStatus>();
    return add(query);
  }
  bool step() { return lane_->step(now_ms_ += 1000); }
  // As a worker does: again while there is more to do, then when it is due, and not at all when it never is.
  void run_until_idle() {
    for (int steps = 0; steps < 1000; ++steps) {
      if (lane_->step(now_ms_)) continue;
      const int64_t due = lane_->next_due_ms();
      if (due == INT64_MAX) return;
      now_ms_ = std::max(now_ms_ + 1, due);
    }
    FAIL("the lane never comes to rest");
  }
  void step_until(const std::function<bool()>& done) {
    const auto deadline = Clock::now() + kDeadline;
    while (!done()) {
      REQUIRE(Clock::now() < deadline);
      step();
    }
  }
  int64_t records(const std::string& topic) { return engine_->log().end_offset({topic, 0}); }
  std::string state_of(const QueryDefinition& query) const { return services_.state_dir + "/" + query.id; }
  TroubledOwner& group() { return group_; }

 private:
  static std::unique_ptr<Engine> open_engine() {
    EngineOptions options;
    options.config.set("auto.offset.reset", "earliest");
    options.manual_queries = true;
    return Engine::open(std::move(options));
  }

  Folder folder_;
  std::unique_ptr<Engine> engine_;
  Session session_;
  RuntimeServices services_;
  TroubledOwner group_;
  std::unique_ptr<Lane> lane_;
  int64_t now_ms_ = 1'000'000;
};

}  // namespace

TEST_CASE("lane: a checkpoint that fails after a commit takes nobody back further than that commit") {
  std::string failing, other;
  SUBCASE("in the unit that hears of the commit first") { failing = "COUNTED", other = "COPIED"; }
  SUBCASE("in the one that hears of it last") { failing = "SUMMED", other = "COPIED"; }
  LaneUnderTest lane;
  lane.run("CREATE TABLE COUNTED AS SELECT K, COUNT(*) AS N FROM S GROUP BY K EMIT CHANGES;");
  lane.run("CREATE STREAM COPIED AS SELECT K, V FROM S EMIT CHANGES;");
  lane.run("CREATE TABLE SUMMED AS SELECT K, SUM(V) AS N FROM S GROUP BY K EMIT CHANGES;");
  const auto counted = lane.add("COUNTED");
  const auto copied = lane.add("COPIED");
  const auto summed = lane.add("SUMMED");
  const auto& to_fail = failing == "COUNTED" ? *counted : *summed;
  const auto insert = [&](int key) { lane.run("INSERT INTO S (K, V) VALUES (" + std::to_string(key) + ", 1);"); };
  const auto all_have = [&](int64_t count) {
    return lane.records("COUNTED") == count && lane.records("COPIED") == count && lane.records("SUMMED") == count;
  };
  insert(1);
  insert(2);
  lane.step_until([&] { return all_have(2); });

  // Where its files are to be there is no folder any more.
  std::filesystem::remove_all(lane.state_of(to_fail));
  insert(3);
  insert(4);
  lane.step_until([&] { return to_fail.status->state() == QueryStatus::State::kRetrying; });
  CHECK(all_have(4));
  for (const auto& query : {counted, copied, summed}) {
    if (query.get() != &to_fail) CHECK(query->status->state() == QueryStatus::State::kRunning);
  }
  lane.step_until([&] { return to_fail.status->state() == QueryStatus::State::kRunning; });
  insert(3);
  lane.step_until([&] { return lane.records("COPIED") >= 5 && lane.records(failing) >= 5; });
  for (int i = 0; i < 5; ++i) lane.step();
  CHECK(all_have(5));
}

TEST_CASE("lane: a commit that one unit can't take part in leaves the others their first positions") {
  LaneUnderTest lane;
  lane.run("CREATE STREAM GOOD AS SELECT K, V FROM S EMIT CHANGES;");
  lane.run("CREATE STREAM BAD AS SELECT K, V FROM S EMIT CHANGES;");
  const auto good = lane.add("GOOD");
  const auto bad = lane.add("BAD");
  lane.group().trouble.refused = bad->owner;
  lane.step_until([&] { return bad->status->state() == QueryStatus::State::kError; });
  for (int i = 0; i < 5; ++i) lane.step();
  CHECK(good->status->state() == QueryStatus::State::kRunning);
  CHECK(lane.group().position(0, good->owner, {"s", 0}).has_value());
  CHECK_FALSE(lane.group().position(0, bad->owner, {"s", 0}).has_value());
}

TEST_CASE("lane: rows whose append finds the log away come after it is back, without anything new to wake the lane") {
  LaneUnderTest lane;
  lane.run("CREATE STREAM COPIED AS SELECT K, V FROM S EMIT CHANGES;");
  const auto copied = lane.add("COPIED");
  lane.run("INSERT INTO S (K, V) VALUES (1, 1);");
  lane.step_until([&] { return lane.records("COPIED") == 1; });
  lane.run_until_idle();

  lane.group().trouble.append_is_away = true;
  for (int key = 2; key < 6; ++key) lane.run("INSERT INTO S (K, V) VALUES (" + std::to_string(key) + ", 1);");
  lane.step_until([&] { return copied->status->state() == QueryStatus::State::kRetrying; });
  lane.run_until_idle();
  CHECK(lane.records("COPIED") == 5);
  CHECK(copied->status->state() == QueryStatus::State::kRunning);
}

TEST_CASE("lane: a topic that refuses what is written ends the query that writes to it, and the others go on") {
  LaneUnderTest lane;
  Trouble& trouble = lane.group().trouble;
  SUBCASE("as the commit tells") {}
  SUBCASE("as an append of the query after it tells") { trouble.told_by = "LAST"; }
  SUBCASE("as an append of the next rows tells") { trouble.told_by = "FIRST"; }
  lane.run("CREATE TABLE FIRST AS SELECT K, COUNT(*) AS N FROM S GROUP BY K EMIT CHANGES;");
  lane.run("CREATE STREAM CLOSED AS SELECT K, V FROM S EMIT CHANGES;");
  lane.run("CREATE STREAM LAST AS SELECT K, V FROM S EMIT CHANGES;");
  const auto first = lane.add("FIRST");
  const auto closed = lane.add("CLOSED");
  const auto last = lane.add("LAST");
  int key = 0;
  const auto insert = [&] { lane.run("INSERT INTO S (K, V) VALUES (" + std::to_string(++key) + ", 1);"); };
  insert();
  lane.run_until_idle();
  CHECK(lane.records("CLOSED") == 1);

  trouble.closed = "CLOSED";
  insert();
  insert();
  lane.run_until_idle();
  CHECK(closed->status->state() == QueryStatus::State::kError);
  CHECK(closed->status->reason().find("Not allowed") != std::string::npos);
  CHECK(closed->status->reason().find("RESUME") != std::string::npos);
  CHECK(lane.records("CLOSED") == 1);
  for (const auto& query : {first, last}) CHECK(query->status->state() == QueryStatus::State::kRunning);
  insert();
  lane.run_until_idle();
  CHECK(lane.records("FIRST") == 4);
  CHECK(lane.records("LAST") == 4);

  trouble.closed.clear();
  const auto resumed = lane.resume(*closed);
  lane.run_until_idle();
  CHECK(resumed->status->state() == QueryStatus::State::kRunning);
  CHECK(lane.records("CLOSED") == 4);
  CHECK(lane.records("FIRST") == 4);
  CHECK(lane.records("LAST") == 4);
}
