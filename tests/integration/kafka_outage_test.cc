// The broker goes away and comes back: under a reader and a writer, and before a log is opened.
#include <doctest/doctest.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/integration/kafka_fixture.h"

namespace weir::log::test {

using std::chrono::milliseconds;

namespace {

void start_broker() {
  shell(run_setting("WEIR_INTEGRATION") + "/kafka/start.sh " + run_setting("WEIR_KAFKA_DIR") + " 2>&1");
}

void stop_broker(const std::string& how = "") {
  shell(run_setting("WEIR_INTEGRATION") + "/kafka/stop.sh " + run_setting("WEIR_KAFKA_DIR") + " " + how + " 2>&1");
}

}  // namespace

TEST_CASE("reader and writer go on where they were when the broker has been away") {
  const auto address = kafka_address();
  if (!address) return;
  for (const bool exactly_once : {false, true}) {
    CAPTURE(exactly_once);
    TestLog test(*address, exactly_once);
    const std::string topic = test.create_topic("outage");
    const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction(unique_name("tx"));
    const std::unique_ptr<LogReader> reader = test.log->open_reader();
    reader->assign({topic, 0}, kEarliest);
    append_until_committed(*transaction, [&] {
      for (int i = 0; i < 100; ++i) test.append(*transaction, topic, 0, std::to_string(i), "v");
    });
    CHECK(read_records(*reader, 100).size() == 100);

    // The one kind of transaction is met by a crash, the other by an orderly stop.
    stop_broker(exactly_once ? "--kill" : "");
    CHECK(reader->poll(milliseconds(200), 100).empty());
    CHECK(eventually([&] {
      reader->poll(milliseconds(50), 100);
      return test.events.has(LogEvent::Kind::kDown, *address);
    }));
    std::thread restart([] {
      std::this_thread::sleep_for(std::chrono::seconds(3));
      start_broker();
    });
    append_until_committed(*transaction, [&] {
      for (int i = 100; i < 200; ++i) test.append(*transaction, topic, 0, std::to_string(i), "v");
    });
    restart.join();
    std::set<std::string> keys;
    size_t records = 0;
    CHECK(eventually(
        [&] {
          for (const OwnedRecord& record : read_records(*reader, 1)) {
            keys.insert(*record.key);
            ++records;
          }
          return keys.size() >= 100;
        },
        std::chrono::seconds(60)));
    CHECK(keys.size() == 100);
    CHECK(*keys.begin() == "100");
    if (exactly_once) CHECK(records == 100);
    CHECK(eventually([&] { return test.events.has(LogEvent::Kind::kUp, *address); }));
  }
}

TEST_CASE("a log opens while the broker is away, says so, and works when it is there") {
  const auto address = kafka_address();
  if (!address) return;
  std::string topic;
  {
    TestLog before(*address);
    topic = before.create_topic("away");
    const std::unique_ptr<LogTransaction> transaction = before.log->open_transaction("");
    before.append(*transaction, topic, 0, "k", "v");
    transaction->commit();
  }
  stop_broker();
  TestLog test(*address, false, {}, milliseconds(1500));
  const std::unique_ptr<LogReader> reader = test.log->open_reader();
  reader->assign({topic, 0}, kEarliest);  // taken on trust
  CHECK(reader->poll(milliseconds(100), 10).empty());
  CHECK(eventually([&] { return test.events.has(LogEvent::Kind::kDown, *address); }));
  const auto is_unavailable = [](const std::function<void()>& call) {
    try {
      call();
    } catch (const LogError& error) {
      CHECK_MESSAGE(error.kind() == LogError::Kind::kUnavailable, error.what());
      return true;
    }
    return false;
  };
  CHECK(is_unavailable([&] { test.log->create_topic(unique_name("t"), {}); }));
  CHECK(is_unavailable([&] { test.log->list_topics(); }));
  CHECK(is_unavailable([&] { test.log->end_offset({topic, 0}); }));
  CHECK(is_unavailable([&] { test.log->committed_offset("g", {topic, 0}); }));
  CHECK(is_unavailable([&] { test.log->open_transaction("")->append(topic, 0, {}); }));
  TestLog atomic(*address, true, {}, milliseconds(1500));
  CHECK(is_unavailable([&] { atomic.log->open_transaction("t"); }));
  CHECK(test.events.count(LogEvent::Kind::kDown) <= 3);  // told once, not at every attempt

  start_broker();
  const std::vector<OwnedRecord> back = read_records(*reader, 1);
  REQUIRE(back.size() == 1);
  CHECK(back[0].value == "v");
  CHECK(eventually([&] { return test.events.has(LogEvent::Kind::kUp, *address); }));
}

}  // namespace weir::log::test
