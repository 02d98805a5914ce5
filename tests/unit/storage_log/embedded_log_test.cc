#include <thread>

#include "log_fixture.h"

namespace weir::log::test {

using Kind = LogError::Kind;

namespace {

const TopicPartition kOrders0{"orders", 0};

TopicConfig partitions_config(int32_t count) {
  TopicConfig config;
  config.partitions = count;
  return config;
}

// Runs the case on both stores.
template <typename Case>
void on_both_stores(Case&& run) {
  SUBCASE("in memory") {
    const auto log = open_log_in_memory();
    run(*log);
  }
  SUBCASE("on disk") {
    const TemporaryDirectory directory;
    const auto log = open_log_at(directory.path());
    run(*log);
  }
}

}  // namespace

TEST_CASE("records come back as they were appended") {
  on_both_stores([](Log& log) {
    log.create_topic("orders", partitions_config(2));
    const auto transaction = log.open_transaction("t");
    std::vector<OwnedRecord> expected;
    for (int i = 0; i < 2500; ++i) {
      OwnedRecord record{"k" + std::to_string(i), "v" + std::to_string(i), 1000 + i, i};
      if (i % 3 == 0) record.key.reset();
      if (i % 7 == 0) record.value.reset();
      if (i % 5 == 0) record.headers = {{"h", std::to_string(i)}, {"empty", std::nullopt}};
      append(*transaction, "orders", 0, record);
      expected.push_back(record);
      if (i % 400 == 399) transaction->commit();
    }
    CHECK(!transaction->empty());
    CHECK(log.end_offset(kOrders0) == 2400);
    transaction->commit();
    CHECK(transaction->empty());
    CHECK(transaction->pending_bytes() == 0);
    CHECK(log.begin_offset(kOrders0) == 0);
    CHECK(log.end_offset(kOrders0) == 2500);
    CHECK(log.end_offset({"orders", 1}) == 0);
    CHECK(read_all(log, kOrders0) == expected);
    CHECK(read_all(log, kOrders0, kEarliest, 7) == expected);
    CHECK(read_all(log, kOrders0, 399, 1) == std::vector(expected.begin() + 399, expected.end()));
    CHECK(read_all(log, kOrders0, 2499).size() == 1);
    CHECK(read_all(log, kOrders0, kLatest).empty());
    CHECK(read_all(log, {"orders", 1}).empty());
  });
}

TEST_CASE("large records and large transactions are split into blocks") {
  on_both_stores([](Log& log) {
    log.create_topic("orders", {});
    const auto transaction = log.open_transaction("t");
    std::vector<OwnedRecord> expected;
    for (int i = 0; i < 40; ++i) {
      OwnedRecord record{"k", std::string(static_cast<size_t>(i) * 20000, static_cast<char>('a' + i % 26)), i, i};
      append(*transaction, "orders", 0, record);
      expected.push_back(record);
    }
    CHECK(transaction->pending_bytes() > 20000 * 39 * 20);
    std::map<TopicPartition, int64_t> ends;
    transaction->commit(&ends);
    CHECK(ends == std::map<TopicPartition, int64_t>{{kOrders0, 40}});
    CHECK(read_all(log, kOrders0) == expected);
  });
}

TEST_CASE("what isn't committed is not there") {
  on_both_stores([](Log& log) {
    log.create_topic("orders", {});
    const auto transaction = log.open_transaction("t");
    append(*transaction, "orders", 0, {"k", "dropped", 1});
    transaction->commit_offset("group", kOrders0, {5, "m"});
    CHECK(read_all(log, kOrders0).empty());
    transaction->abort();
    CHECK(transaction->empty());
    append(*transaction, "orders", 0, {"k", "kept", 1});
    transaction->commit();
    const auto records = read_all(log, kOrders0);
    REQUIRE(records.size() == 1);
    CHECK(records[0].value == "kept");
    CHECK(!log.committed_offset("group", kOrders0));
  });
}

TEST_CASE("everything is there after reopening") {
  const TemporaryDirectory directory;
  TopicConfig config;
  config.partitions = 3;
  config.retention_ms = 86400000;
  config.retention_bytes = 1 << 20;
  config.cleanup = Cleanup::kCompactDelete;
  config.extra = {{"segment.ms", "1000"}, {"x", ""}};
  {
    const auto log = open_log_at(directory.path());
    log->create_topic("orders", config);
    log->create_topic("empty", {});
    append_one(*log, "orders", 2, {"a", "1", 10});
    append_one(*log, "orders", 2, {"b", "2", 11});
    const auto transaction = log->open_transaction("t");
    transaction->commit_offset("group", {"orders", 2}, {1, "meta \xe2\x82\xac"});
    transaction->commit();
  }
  const auto log = open_log_at(directory.path());
  const auto topics = log->list_topics();
  REQUIRE(topics.size() == 2);
  CHECK(topics[0].name == "empty");
  CHECK(topics[1].name == "orders");
  const auto info = log->describe_topic("orders");
  REQUIRE(info);
  CHECK(info->config.partitions == 3);
  CHECK(info->config.retention_ms == 86400000);
  CHECK(info->config.retention_bytes == 1 << 20);
  CHECK(info->config.cleanup == Cleanup::kCompactDelete);
  CHECK(info->config.extra == config.extra);
  CHECK(log->end_offset({"orders", 2}) == 2);
  CHECK(read_all(*log, {"orders", 2}) == std::vector<OwnedRecord>{{"a", "1", 10, 0}, {"b", "2", 11, 1}});
  const auto offset = log->committed_offset("group", {"orders", 2});
  REQUIRE(offset);
  CHECK(offset->offset == 1);
  CHECK(offset->metadata == "meta \xe2\x82\xac");
  CHECK(append_one(*log, "orders", 2, {"c", "3", 12}) == 3);
}

TEST_CASE("records far behind the cache are read from disk") {
  const TemporaryDirectory directory;
  EmbeddedLogOptions options;
  options.path = directory.path();
  options.recent_cache_bytes = 10000;
  options.write_buffer_bytes = 1 << 20;
  const auto log = open_embedded_log(options);
  log->create_topic("orders", {});
  const auto transaction = log->open_transaction("t");
  for (int i = 0; i < 20000; ++i) {
    append(*transaction, "orders", 0, {std::to_string(i), std::string(static_cast<size_t>(i % 300), 'x'), i});
    if (i % 10 == 0 || i % 5000 == 4999) transaction->commit();
    if (i == 10000) transaction->commit();
  }
  transaction->commit();
  const auto records = read_all(*log, kOrders0);
  REQUIRE(records.size() == 20000);
  bool right = true;
  for (int i = 0; i < 20000; ++i) {
    const OwnedRecord& record = records[static_cast<size_t>(i)];
    right = right && record.offset == i && record.key == std::to_string(i) && record.timestamp == i;
  }
  CHECK(right);
}

TEST_CASE("topics: names, existence, deletion") {
  on_both_stores([](Log& log) {
    log.create_topic("orders", partitions_config(2));
    CHECK(log_error([&] { log.create_topic("orders", {}); }).kind() == Kind::kExists);
    for (const char* name : {"", ".", "..", "a b", "a/b", "ä"}) {
      CHECK(log_error([&] { log.create_topic(name, {}); }).kind() == Kind::kInvalid);
    }
    log.create_topic(std::string(249, 'x'), {});
    CHECK(log_error([&] { log.create_topic(std::string(250, 'x'), {}); }).kind() == Kind::kInvalid);
    CHECK(log_error([&] { log.create_topic("none", partitions_config(0)); }).kind() == Kind::kInvalid);
    const LogError missing = log_error([&] { log.end_offset({"nothing", 0}); });
    CHECK(missing.kind() == Kind::kNotFound);
    CHECK(std::string(missing.what()) == "topic nothing doesn't exist");
    CHECK(log_error([&] { log.end_offset({"orders", 2}); }).kind() == Kind::kNotFound);
    CHECK(log_error([&] { log.end_offset({"orders", -1}); }).kind() == Kind::kNotFound);
    CHECK(log_error([&] { log.delete_topic("nothing"); }).kind() == Kind::kNotFound);
    CHECK(!log.describe_topic("nothing"));

    const auto transaction = log.open_transaction("t");
    append(*transaction, "orders", 0, {"k", "old", 1});
    transaction->commit_offset("group", kOrders0, {1, ""});
    transaction->commit();
    CHECK(log.committed_offset("group", kOrders0)->offset == 1);
    CHECK(log_error([&] { append(*transaction, "nothing", 0, {}); }).kind() == Kind::kNotFound);
    CHECK(log_error([&] { append(*transaction, "orders", 7, {}); }).kind() == Kind::kNotFound);
    CHECK(transaction->empty());

    // A transaction that meets the deletion takes no effect at all.
    log.create_topic("other", {});
    append(*transaction, "orders", 0, {"k", "late", 1});
    append(*transaction, "other", 0, {"k", "late", 1});
    const auto reader = log.open_reader();
    reader->assign(kOrders0, kEarliest);
    log.delete_topic("orders");
    CHECK(reader->poll(std::chrono::milliseconds(0), 10).empty());
    CHECK(reader->at_end(kOrders0));
    CHECK(log_error([&] { transaction->commit(); }).kind() == Kind::kNotFound);
    CHECK(log.end_offset({"other", 0}) == 0);
    transaction->abort();

    // The name is free again and nothing is left of the old topic.
    CHECK(log_error([&] { append(*transaction, "orders", 0, {}); }).kind() == Kind::kNotFound);
    log.create_topic("orders", {});
    CHECK(log.end_offset(kOrders0) == 0);
    CHECK(!log.committed_offset("group", kOrders0));
    append(*transaction, "orders", 0, {"k", "new", 1});
    transaction->commit();
    CHECK(read_all(log, kOrders0) == std::vector<OwnedRecord>{{"k", "new", 1, 0}});
  });
}

TEST_CASE("groups' offsets are kept apart and deleted by group") {
  on_both_stores([](Log& log) {
    log.create_topic("orders", partitions_config(300));
    const auto transaction = log.open_transaction("t");
    transaction->commit_offset("a", kOrders0, {1, "x"});
    transaction->commit_offset("ab", kOrders0, {2, ""});
    transaction->commit_offset("a", {"orders", 256}, {3, ""});
    CHECK(!transaction->empty());
    transaction->commit();
    transaction->commit_offset("a", kOrders0, {4, "y"});
    transaction->commit();
    CHECK(log.committed_offset("a", kOrders0)->offset == 4);
    CHECK(log.committed_offset("a", kOrders0)->metadata == "y");
    CHECK(log.committed_offset("a", {"orders", 256})->offset == 3);
    log.delete_group("a");
    CHECK(!log.committed_offset("a", kOrders0));
    CHECK(!log.committed_offset("a", {"orders", 256}));
    CHECK(log.committed_offset("ab", kOrders0)->offset == 2);
    log.delete_group("unknown");
  });
}

TEST_CASE("the first offset at or after a time is found") {
  on_both_stores([](Log& log) {
    log.create_topic("orders", {});
    for (const int64_t timestamp : {100, 300, 200, 500}) append_one(log, "orders", 0, {"k", "v", timestamp});
    const auto transaction = log.open_transaction("t");
    for (const int64_t timestamp : {400, 600, 550}) append(*transaction, "orders", 0, {"k", "v", timestamp});
    transaction->commit();
    CHECK(log.offset_for_time(kOrders0, 0) == 0);
    CHECK(log.offset_for_time(kOrders0, 100) == 0);
    CHECK(log.offset_for_time(kOrders0, 101) == 1);
    CHECK(log.offset_for_time(kOrders0, 301) == 3);
    CHECK(log.offset_for_time(kOrders0, 501) == 5);
    CHECK(log.offset_for_time(kOrders0, 600) == 5);
    CHECK(log.offset_for_time(kOrders0, 601) == std::nullopt);
  });
}

TEST_CASE("a compacted topic refuses records without a key") {
  const auto log = open_log_in_memory();
  TopicConfig config;
  config.cleanup = Cleanup::kCompact;
  log->create_topic("orders", config);
  const auto transaction = log->open_transaction("t");
  CHECK(log_error([&] { append(*transaction, "orders", 0, {std::nullopt, "v", 1}); }).kind() == Kind::kInvalid);
  CHECK(transaction->empty());
}

TEST_CASE("a directory belongs to one log at a time") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/made/on/the/way";
  auto log = open_log_at(path);
  const LogError error = log_error([&] { open_log_at(path); });
  CHECK(error.kind() == Kind::kLocked);
  CHECK(std::string(error.what()).find(path) != std::string::npos);
  log.reset();
  log = open_log_at(path);
  CHECK(log->list_topics().empty());
  CHECK(log->description() == "embedded log at " + path);
}

TEST_CASE("transactions of several threads keep their records together") {
  on_both_stores([](Log& log) {
    log.create_topic("orders", partitions_config(2));
    constexpr int kThreads = 4;
    constexpr int kCommits = 200;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&log, t] {
        const auto transaction = log.open_transaction("t" + std::to_string(t));
        for (int c = 0; c < kCommits; ++c) {
          for (int i = 0; i < 3; ++i) {
            for (int p = 0; p < 2; ++p) {
              append(*transaction, "orders", p, {std::to_string(t), std::to_string(c * 3 + i), c});
            }
          }
          transaction->commit();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (int p = 0; p < 2; ++p) {
      const auto records = read_all(log, {"orders", p});
      REQUIRE(records.size() == kThreads * kCommits * 3);
      std::map<std::string, int> next;
      bool right = true;
      for (size_t i = 0; i < records.size(); ++i) {
        right = right && records[i].offset == static_cast<int64_t>(i);
        right = right && records[i].value == std::to_string(next[*records[i].key]++);
        if (i % 3 != 0) right = right && records[i].key == records[i - 1].key;
      }
      CHECK(right);
    }
  });
}

}  // namespace weir::log::test
