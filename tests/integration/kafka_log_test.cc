// Topics, offsets and records against a real broker.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "tests/integration/kafka_fixture.h"

namespace weir::log::test {

TEST_CASE("topics are created, described, listed and deleted") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const std::string name = unique_name("topic");
  TopicConfig config;
  config.partitions = 3;
  config.retention_ms = 86'400'000;
  config.cleanup = Cleanup::kCompactDelete;
  config.extra["max.message.bytes"] = "200000";
  test.log->create_topic(name, config);

  const std::optional<TopicInfo> found = test.log->describe_topic(name);
  REQUIRE(found);
  CHECK(found->name == name);
  CHECK(found->config.partitions == 3);
  CHECK(found->config.replicas == 1);
  CHECK(found->config.retention_ms == 86'400'000);
  CHECK(found->config.retention_bytes == -1);
  CHECK(found->config.cleanup == Cleanup::kCompactDelete);
  CHECK(found->config.extra == config.extra);
  CHECK_FALSE(found->internal);

  try {
    test.log->create_topic(name, config);
    FAIL("a topic was created twice");
  } catch (const LogError& error) {
    CHECK(error.kind() == LogError::Kind::kExists);
    CHECK(std::string(error.what()).find(name) != std::string::npos);
  }

  // Makes the broker create __consumer_offsets.
  test.log->open_transaction("")->commit_offset("any", {name, 0}, {0, ""});
  const std::vector<TopicInfo> all = test.log->list_topics();
  const auto listed = std::ranges::find(all, name, &TopicInfo::name);
  REQUIRE(listed != all.end());
  CHECK(listed->config.retention_ms == 86'400'000);

  test.log->delete_topic(name);
  CHECK_FALSE(test.log->describe_topic(name));
  try {
    test.log->delete_topic(name);
    FAIL("a topic was deleted twice");
  } catch (const LogError& error) {
    CHECK(error.kind() == LogError::Kind::kNotFound);
  }
}

TEST_CASE("names and numbers that Kafka can't take are refused with their reason") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const auto kind_of = [&](const std::string& name, const TopicConfig& config, const std::string& part) {
    try {
      test.log->create_topic(name, config);
    } catch (const LogError& error) {
      CHECK_MESSAGE(std::string(error.what()).find(part) != std::string::npos, error.what());
      return error.kind();
    }
    return LogError::Kind::kInternal;
  };
  TopicConfig none;
  none.partitions = 0;
  TopicConfig replicas;
  replicas.replicas = 3;
  TopicConfig unknown;
  unknown.extra["no.such.setting"] = "1";
  CHECK(kind_of("bad name", {}, "bad name") == LogError::Kind::kInvalid);
  CHECK(kind_of("t", none, "partition") == LogError::Kind::kInvalid);
  CHECK(kind_of(unique_name("t"), replicas, "eplication") == LogError::Kind::kInvalid);
  CHECK(kind_of(unique_name("t"), unknown, "no.such.setting") == LogError::Kind::kInvalid);
  CHECK_FALSE(test.log->describe_topic("bad name"));
}

TEST_CASE("what isn't there is never made by asking for it") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const std::string name = unique_name("absent");
  const auto is_not_found = [](const std::function<void()>& call) {
    try {
      call();
    } catch (const LogError& error) {
      CHECK_MESSAGE(error.kind() == LogError::Kind::kNotFound, error.what());
      return true;
    }
    return false;
  };
  const std::unique_ptr<LogReader> reader = test.log->open_reader();
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("t");
  CHECK(is_not_found([&] { reader->assign({name, 0}, kEarliest); }));
  CHECK(is_not_found([&] { transaction->append(name, 0, {}); }));
  CHECK(is_not_found([&] { test.log->end_offset({name, 0}); }));
  CHECK(is_not_found([&] { test.log->offset_for_time({name, 0}, 1); }));
  CHECK_FALSE(test.log->describe_topic(name));  // the broker would make topics on demand

  const std::string topic = test.create_topic("present", 2);
  CHECK(is_not_found([&] { reader->assign({topic, 2}, kEarliest); }));
  CHECK(is_not_found([&] { transaction->append(topic, 2, {}); }));
  CHECK(is_not_found([&] { test.log->begin_offset({topic, -1}); }));
}

TEST_CASE("a record comes back as it was written") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const std::string topic = test.create_topic("round-trip");
  const std::string binary("\0\x01\xff", 3);
  const std::vector<HeaderView> headers = {{"first", std::string_view(binary)}, {"none", std::nullopt}, {"empty", ""}};
  std::vector<RecordView> records(5);
  records[0].key = "key";
  records[0].value = binary;
  records[0].timestamp = 1'700'000'000'123;
  records[0].headers = headers;
  records[1].timestamp = 5;  // neither key nor value
  records[2].key = "";
  records[2].value = "";
  records[2].timestamp = 6;
  records[3].key = "tombstone";
  records[3].timestamp = 7;
  records[4].value = "at the epoch";
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("");
  CHECK(transaction->empty());
  for (const RecordView& record : records) transaction->append(topic, 0, record);
  CHECK_FALSE(transaction->empty());
  CHECK(transaction->pending_bytes() > binary.size());
  std::map<TopicPartition, int64_t> ends;
  transaction->commit(&ends);
  CHECK(transaction->empty());
  CHECK(transaction->pending_bytes() == 0);
  CHECK(ends == std::map<TopicPartition, int64_t>{{{topic, 0}, 5}});
  CHECK(test.log->end_offset({topic, 0}) == 5);

  const std::vector<OwnedRecord> back = read_partition(*test.log, {topic, 0}, 5);
  REQUIRE(back.size() == 5);
  CHECK(back[0].key == "key");
  CHECK(back[0].value == binary);
  CHECK(back[0].timestamp == 1'700'000'000'123);
  REQUIRE(back[0].headers.size() == 3);
  CHECK(back[0].headers[0].first == "first");
  CHECK(back[0].headers[0].second == binary);
  CHECK(back[0].headers[1].second == std::nullopt);
  CHECK(back[0].headers[2].second == "");
  CHECK(back[1].key == std::nullopt);
  CHECK(back[1].value == std::nullopt);
  CHECK(back[1].timestamp == 5);
  CHECK(back[1].headers.empty());
  CHECK(back[2].key == "");
  CHECK(back[2].value == "");
  CHECK(back[3].key == "tombstone");
  CHECK(back[3].value == std::nullopt);
  CHECK(back[4].timestamp <= 1);  // librdkafka can't write 0
  for (size_t i = 0; i < back.size(); ++i) CHECK(back[i].offset == static_cast<int64_t>(i));
}

TEST_CASE("records outlive their reader and their log") {
  const auto address = kafka_address();
  if (!address) return;
  std::vector<FetchedRecords> kept;
  {
    TestLog test(*address);
    const std::string topic = test.create_topic("outlive");
    const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("");
    for (int i = 0; i < 100; ++i) test.append(*transaction, topic, 0, "k", "value " + std::to_string(i));
    transaction->commit();
    const std::unique_ptr<LogReader> reader = test.log->open_reader();
    reader->assign({topic, 0}, kEarliest);
    REQUIRE(eventually([&] {
      kept = reader->poll(std::chrono::milliseconds(200), 100);
      return !kept.empty();
    }));
  }
  CHECK(kept[0].records[0].value == "value 0");
  CHECK(kept[0].records.back().key == "k");
}

TEST_CASE("offsets are found by time, begin where records were deleted, end after the last") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const std::string topic = test.create_topic("times");
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("");
  for (int i = 0; i < 10; ++i) test.append(*transaction, topic, 0, "k", "v", 1000 + 10 * i);
  transaction->commit();
  CHECK(test.log->begin_offset({topic, 0}) == 0);
  CHECK(test.log->end_offset({topic, 0}) == 10);
  CHECK(test.log->offset_for_time({topic, 0}, 0) == 0);
  CHECK(test.log->offset_for_time({topic, 0}, 1041) == 5);
  CHECK(test.log->offset_for_time({topic, 0}, 2000) == std::nullopt);
}

TEST_CASE("committed offsets belong to their group and keep their metadata") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const std::string topic = test.create_topic("committed", 2);
  const std::string group = unique_name("group");
  CHECK(test.log->committed_offset(group, {topic, 0}) == std::nullopt);
  for (const bool exactly_once : {false, true}) {
    CAPTURE(exactly_once);
    TestLog writer(*address, exactly_once);
    const std::unique_ptr<LogTransaction> transaction = writer.log->open_transaction(unique_name("tx"));
    transaction->commit_offset(group, {topic, 0}, {7, "stream time 1 ü"});
    transaction->commit_offset(group, {topic, 1}, {8, ""});
    transaction->commit_offset(group + "-other", {topic, 0}, {9, ""});
    transaction->commit();
    const std::optional<CommittedOffset> found = test.log->committed_offset(group, {topic, 0});
    REQUIRE(found);
    CHECK(found->offset == 7);
    CHECK(found->metadata == "stream time 1 ü");
    CHECK(test.log->committed_offset(group, {topic, 1})->offset == 8);
    CHECK(test.log->committed_offset(group + "-other", {topic, 0})->offset == 9);
    test.log->delete_group(group);
    test.log->delete_group(group);
    CHECK(test.log->committed_offset(group, {topic, 0}) == std::nullopt);
    CHECK(test.log->committed_offset(group + "-other", {topic, 0}));
  }
}

TEST_CASE("records of a JVM producer are in the partitions where ours would be") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  constexpr int32_t kPartitions = 7;
  const std::string topic = test.create_topic("partitioner", kPartitions);
  std::string keys;
  for (int i = 0; i < 300; ++i)
    keys += "key-" + std::string(static_cast<size_t>(i % 9), 'x') + std::to_string(i * 7919) + "\n";
  keys += "ключ\n\u4e2d\u6587\n";
  std::ostringstream command;
  command << "printf '" << keys << "' | java -Xmx128m -XX:TieredStopAtLevel=1 -cp \"$(printf '%s:' "
          << run_setting("WEIR_KAFKA_LIBS") << "/*.jar)\" " << run_setting("WEIR_INTEGRATION")
          << "/kafka/ProduceKeys.java " << *address << " " << topic << " 2>&1";
  shell(command.str());
  size_t records = 0;
  for (int32_t partition = 0; partition < kPartitions; ++partition) {
    const auto end = static_cast<size_t>(test.log->end_offset({topic, partition}));
    for (const OwnedRecord& record : read_partition(*test.log, {topic, partition}, end)) {
      CHECK_MESSAGE(partition_for_key(*record.key, kPartitions) == partition, *record.key);
      ++records;
    }
  }
  CHECK(records == 302);
}

TEST_CASE("kcat reads what was written, and its records are read") {
  const auto address = kafka_address();
  if (!address) return;
  TestLog test(*address);
  const std::string topic = test.create_topic("kcat", 3);
  std::ostringstream produce;
  produce << "printf 'a=1\\nb=2\\nc=3\\nd=4\\n' | kcat -q -P -b " << *address << " -t " << topic
          << " -K= -H source=kcat -X topic.partitioner=murmur2_random 2>&1";
  shell(produce.str());
  std::vector<std::string> keys;
  for (int32_t partition = 0; partition < 3; ++partition) {
    const auto end = static_cast<size_t>(test.log->end_offset({topic, partition}));
    for (const OwnedRecord& record : read_partition(*test.log, {topic, partition}, end)) {
      keys.push_back(*record.key);
      CHECK(partition_for_key(*record.key, 3) == partition);
      REQUIRE(record.headers.size() == 1);
      CHECK(record.headers[0] == std::pair<std::string, std::optional<std::string>>("source", "kcat"));
    }
  }
  std::ranges::sort(keys);
  CHECK(keys == std::vector<std::string>{"a", "b", "c", "d"});

  const std::string other = test.create_topic("kcat-back");
  const std::unique_ptr<LogTransaction> transaction = test.log->open_transaction("");
  const std::vector<HeaderView> headers = {{"h", "1"}};
  RecordView record;
  record.key = "k";
  record.value = "v";
  record.timestamp = 1234;
  record.headers = headers;
  transaction->append(other, 0, record);
  transaction->commit();
  CHECK(shell("kcat -q -C -e -o beginning -b " + *address + " -t " + other + " -f '%k|%s|%T|%h|%o' 2>&1") ==
        "k|v|1234|h=1|0");
}

}  // namespace weir::log::test
