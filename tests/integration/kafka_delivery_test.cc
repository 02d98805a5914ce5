// Transactions and readers against a real broker: what is visible when, and who is fenced.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "tests/integration/kafka_fixture.h"

namespace weir::log::test {

using std::chrono::milliseconds;

TEST_CASE("an aborted transaction is invisible, a committed one is there at once") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address, true);
  const std::string topic = test.create_topic("atomic", 2);
  const std::string group = unique_name("group");
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction(unique_name("tx"));
  transaction->commit();  // nothing to do
  transaction->abort();

  for (int i = 0; i < 100; ++i) test.append(*transaction, topic, i % 2, "k", "aborted");
  transaction->commit_offset(group, {topic, 0}, {100, ""});
  transaction->abort();
  CHECK(transaction->empty());

  test.append(*transaction, topic, 0, "k", "one");
  test.append(*transaction, topic, 1, "k", "two");
  transaction->commit_offset(group, {topic, 0}, {5, "m"});
  std::map<TopicPartition, int64_t> ends;
  transaction->commit(&ends);
  CHECK(ends.size() == 2);
  CHECK(test.log->committed_offset(group, {topic, 0})->offset == 5);

  const std::unique_ptr<LogReader> reader = test.log->open_reader();
  reader->assign({topic, 0}, kEarliest);
  reader->assign({topic, 1}, kEarliest);
  std::set<std::string> values;
  for (const OwnedRecord& record : read_records(*reader, 2)) values.insert(*record.value);
  CHECK(values == std::set<std::string>{"one", "two"});
  CHECK(eventually([&] {
    for (const FetchedRecords& more : reader->poll(milliseconds(50), 100)) CHECK(more.records.empty());
    return reader->at_end({topic, 0}) && reader->at_end({topic, 1});
  }));

  // What is open is beyond the end and not delivered; the reader is at the end of what can be read.
  const int64_t end = test.log->end_offset({topic, 0});
  test.append(*transaction, topic, 0, "k", "three");
  std::this_thread::sleep_for(milliseconds(200));  // lets librdkafka send it
  CHECK(test.log->end_offset({topic, 0}) == end);
  CHECK(reader->poll(milliseconds(300), 100).empty());
  CHECK(reader->at_end({topic, 0}));
  transaction->commit(&ends);
  CHECK(read_records(*reader, 1).at(0).value == "three");
  CHECK(test.log->end_offset({topic, 0}) >= ends.at({topic, 0}));
}

TEST_CASE("a newer owner of a transactional id fences the older one for good") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address, true);
  const std::string topic = test.create_topic("fenced");
  const std::string id = unique_name("tx");
  const std::unique_ptr<LogTransaction> older = test.log->open_transaction(id);
  test.append(*older, topic, 0, "k", "zombie");
  const std::unique_ptr<LogTransaction> newer = test.log->open_transaction(id);
  const auto is_fenced = [](const std::function<void()>& call) {
    try {
      call();
    } catch (const LogError& error) {
      CHECK_MESSAGE(error.kind() == LogError::Kind::kFenced, error.what());
      return true;
    }
    return false;
  };
  CHECK(is_fenced([&] { older->commit(); }));
  older->abort();
  CHECK(is_fenced([&] {
    test.append(*older, topic, 0, "k", "zombie");
    older->commit();
  }));
  test.append(*newer, topic, 0, "k", "owner");
  newer->commit();
  const std::vector<OwnedRecord> back = read_partition(*test.log, {topic, 0}, 1);
  REQUIRE(back.size() == 1);
  CHECK(back[0].value == "owner");
}

TEST_CASE("a record that the broker refuses is told with topic and reason, and the next transaction works") {
  const auto address = kafka_address();
  if (!address) return;
  for (const bool exactly_once : {false, true}) {
    CAPTURE(exactly_once);
    TestLog test(*address, exactly_once);
    const std::string topic = unique_name("keyed");
    TopicConfig config;
    config.cleanup = Cleanup::kCompact;
    test.log->create_topic(topic, config);
    const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction(unique_name("tx"));
    try {
      RecordView record;  // without a key, which a compacted topic doesn't take
      record.value = "v";
      record.timestamp = 1000;
      transaction->append(topic, 0, record);
      transaction->commit();
      FAIL("a record without a key was taken");
    } catch (const LogError& error) {
      CHECK_MESSAGE(error.kind() == LogError::Kind::kInvalid, error.what());
      CHECK(error.topic() == topic);
      CHECK_MESSAGE(std::string(error.what()).find(topic) != std::string::npos, error.what());
    }
    transaction->abort();
    // librdkafka may need one more abort until its sequence numbers are in order again.
    append_until_committed(*transaction, [&] { test.append(*transaction, topic, 0, "k", "fits"); });
    CHECK(read_partition(*test.log, {topic, 0}, 1).at(0).value == "fits");
  }
}

TEST_CASE("a record larger than the topic or the client takes is told when it is appended, and the others go on") {
  const auto address = kafka_address();
  if (!address) return;
  std::string noise;  // doesn't compress
  for (unsigned i = 0, state = 1; i < 5000; ++i)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  for (const bool exactly_once : {false, true}) {
    CAPTURE(exactly_once);
    TestLog test(*address, exactly_once);
    const std::string small = unique_name("small");
    TopicConfig config;
    config.extra["max.message.bytes"] = "1000";
    test.log->create_topic(small, config);
    const std::string usual = test.create_topic("usual");
    const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction(unique_name("tx"));
    const auto is_refused = [&](const std::string& topic, const std::string& value, const std::string& limit) {
      try {
        test.append(*transaction, topic, 0, "k", value);
        FAIL("a record too large was taken");
      } catch (const LogError& error) {
        CHECK_MESSAGE(error.kind() == LogError::Kind::kTooLarge, error.what());
        CHECK_MESSAGE(std::string(error.what()).find(topic) != std::string::npos, error.what());
        CHECK_MESSAGE(std::string(error.what()).find(limit) != std::string::npos, error.what());
      }
    };
    // Together they are more than one batch may have.
    for (size_t i = 0; i < 8; ++i) {
      test.append(*transaction, small, 0, "k", noise.substr(i * 400, 400));
      if (i == 3) is_refused(small, noise, "max.message.bytes");
    }
    is_refused(usual, std::string(2'000'000, 'x'), "message.max.bytes");
    transaction->commit();
    const std::vector<OwnedRecord> back = read_partition(*test.log, {small, 0}, 8);
    REQUIRE(back.size() == 8);
    for (size_t i = 0; i < 8; ++i) CHECK(back[i].value == noise.substr(i * 400, 400));
  }
}

TEST_CASE("a reader pauses, resumes, keeps to its limit and is woken") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const std::string topic = test.create_topic("reader", 2);
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("");
  for (int i = 0; i < 1000; ++i) test.append(*transaction, topic, i % 2, std::to_string(i), "v");
  transaction->commit();
  const std::unique_ptr<LogReader> reader = test.log->open_reader();
  reader->assign({topic, 0}, 100);
  reader->assign({topic, 1}, kEarliest);
  reader->pause({topic, 1});
  std::vector<int64_t> offsets;
  CHECK(eventually([&] {
    for (const FetchedRecords& fetched : reader->poll(milliseconds(50), 30)) {
      CHECK(fetched.source == TopicPartition{topic, 0});
      CHECK(fetched.records.size() <= 30);
      for (const RecordView& record : fetched.records) offsets.push_back(record.offset);
    }
    return offsets.size() >= 400;
  }));
  CHECK(offsets.front() == 100);
  CHECK(offsets.back() == 499);
  CHECK(offsets.size() == 400);
  CHECK(reader->at_end({topic, 0}));
  CHECK_FALSE(reader->at_end({topic, 1}));

  reader->resume({topic, 1});
  CHECK(read_records(*reader, 500).size() == 500);

  // Woken while it waits; and once for a wakeup that came before.
  const auto start = std::chrono::steady_clock::now();
  std::thread waker([&] {
    std::this_thread::sleep_for(milliseconds(100));
    reader->wakeup();
  });
  CHECK(reader->poll(std::chrono::seconds(30), 10).empty());
  waker.join();
  reader->wakeup();
  CHECK(reader->poll(std::chrono::seconds(30), 10).empty());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));

  // Assigned again, it goes back; unassigned, it is silent.
  reader->assign({topic, 0}, 490);
  CHECK(read_records(*reader, 10).at(0).offset == 490);
  reader->unassign({topic, 0});
  test.append(*transaction, topic, 0, "k", "unseen");
  test.append(*transaction, topic, 1, "k", "seen");
  transaction->commit();
  CHECK(read_records(*reader, 1).at(0).value == "seen");
}

TEST_CASE("reading from the latest offset misses nothing that is appended after the call") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const std::string topic = test.create_topic("latest");
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("");
  test.append(*transaction, topic, 0, "k", "before");
  transaction->commit();
  const std::unique_ptr<LogReader> reader = test.log->open_reader();
  reader->assign({topic, 0}, kLatest);
  test.append(*transaction, topic, 0, "k", "after");
  transaction->commit();
  CHECK(read_records(*reader, 1).at(0).value == "after");
}

TEST_CASE("an offset out of range is told and read from the earliest") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const std::string topic = test.create_topic("range");
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("");
  for (int i = 0; i < 10; ++i) test.append(*transaction, topic, 0, "k", std::to_string(i));
  transaction->commit();
  const std::unique_ptr<LogReader> reader = test.log->open_reader();
  reader->assign({topic, 0}, 1000);
  const std::vector<OwnedRecord> back = read_records(*reader, 10);
  REQUIRE(back.size() == 10);
  CHECK(back[0].value == "0");
  CHECK(test.events.has(LogEvent::Kind::kError, "1000"));
  CHECK(test.events.has(LogEvent::Kind::kError, topic));
}

TEST_CASE("a topic made anew under a reader is read from its beginning") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const std::string topic = test.create_topic("anew");
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("");
  for (int i = 0; i < 10; ++i) test.append(*transaction, topic, 0, "k", "old");
  transaction->commit();
  const std::unique_ptr<LogReader> reader = test.log->open_reader();
  reader->assign({topic, 0}, kEarliest);
  CHECK(read_records(*reader, 10).size() == 10);
  test.log->delete_topic(topic);
  test.log->create_topic(topic, {});
  test.append(*transaction, topic, 0, "k", "new");
  transaction->commit();
  const std::vector<OwnedRecord> back = read_records(*reader, 1);
  REQUIRE(back.size() == 1);
  CHECK(back[0].value == "new");
}

TEST_CASE("more partitions than a reader was made for are read in full") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  constexpr int32_t kPartitions = 20;
  const std::string topic = test.create_topic("many", kPartitions);
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("");
  const auto append_everywhere = [&](const std::string& value) {
    for (int32_t partition = 0; partition < kPartitions; ++partition)
      test.append(*transaction, topic, partition, "k", value);
    transaction->commit();
  };
  append_everywhere("1");
  const std::unique_ptr<LogReader> reader = test.log->open_reader();
  for (int32_t partition = 0; partition < 3; ++partition) reader->assign({topic, partition}, kEarliest);
  CHECK(read_records(*reader, 3).size() == 3);
  append_everywhere("2");
  for (int32_t partition = 3; partition < kPartitions; ++partition) reader->assign({topic, partition}, kEarliest);
  const std::vector<OwnedRecord> rest = read_records(*reader, 2 * kPartitions - 3);
  CHECK(rest.size() == 2 * kPartitions - 3);
  CHECK(std::ranges::count(rest, "2", &OwnedRecord::value) == kPartitions);
}

TEST_CASE("more records than the buffers hold pass through, in order") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address, false, {{"queue.buffering.max.messages", "1000"}, {"queued.min.messages", "500"}});
  const std::string topic = test.create_topic("buffers");
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("");
  constexpr int kRecords = 50'000;
  for (int i = 0; i < kRecords; ++i) test.append(*transaction, topic, 0, std::to_string(i), "v");
  transaction->commit();
  const std::unique_ptr<LogReader> reader = test.log->open_reader();
  reader->assign({topic, 0}, kEarliest);
  const std::vector<OwnedRecord> back = read_records(*reader, kRecords);
  REQUIRE(back.size() == kRecords);
  for (int i = 0; i < kRecords; ++i) {
    if (back[static_cast<size_t>(i)].key != std::to_string(i)) FAIL("record ", i, " is out of order");
  }
}

}  // namespace weir::log::test
