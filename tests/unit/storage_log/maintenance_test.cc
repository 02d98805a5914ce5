#include <atomic>
#include <future>
#include <map>
#include <random>
#include <thread>

#include "log_fixture.h"
#include "storage/log/embedded_log.h"

namespace weir::log::test {

namespace {

const TopicPartition kTable0{"table", 0};
constexpr int64_t kDay = 24 * 60 * 60 * 1000;

// Runs the case on both stores; it gets a function that opens the log, which closes it first.
template <typename Case>
void with_maintained_log(Case&& run) {
  EmbeddedLogOptions options;
  options.maintenance_interval = std::chrono::milliseconds(0);
  SUBCASE("in memory") {
    options.in_memory = true;
    EmbeddedLog log(options);
    run(log);
  }
  SUBCASE("on disk, without a cache") {
    const TemporaryDirectory directory;
    options.path = directory.path();
    options.recent_cache_bytes = 0;
    EmbeddedLog log(options);
    run(log);
  }
  SUBCASE("on disk, all in the cache") {
    const TemporaryDirectory directory;
    options.path = directory.path();
    EmbeddedLog log(options);
    run(log);
  }
}

TopicConfig cleanup_config(Cleanup cleanup) {
  TopicConfig config;
  config.cleanup = cleanup;
  return config;
}

size_t count_blocks(EmbeddedLog& log, const TopicPartition& name) {
  size_t count = 0;
  log.scan_blocks(*log.find_partition(name.topic, name.partition), 0, [&](const BlockInfo&) {
    ++count;
    return true;
  });
  return count;
}

std::vector<int64_t> offsets_of(const std::vector<OwnedRecord>& records) {
  std::vector<int64_t> offsets;
  for (const OwnedRecord& record : records) offsets.push_back(record.offset);
  return offsets;
}

using Offsets = std::vector<int64_t>;

}  // namespace

TEST_CASE("retention by time drops old blocks and moves the start") {
  with_maintained_log([](EmbeddedLog& log) {
    TopicConfig config;
    config.retention_ms = 1000;
    log.create_topic("table", config);
    const auto reader = log.open_reader();
    reader->assign(kTable0, kEarliest);
    for (const int64_t timestamp : {1000, 2000, 3000}) append_one(log, "table", 0, {"k", "v", timestamp});
    log.maintain_now(2000);
    CHECK(log.begin_offset(kTable0) == 0);
    CHECK(reader->poll(std::chrono::milliseconds(0), 1).size() == 1);
    log.maintain_now(3500);
    CHECK(log.begin_offset(kTable0) == 2);
    CHECK(log.end_offset(kTable0) == 3);
    CHECK(log.offset_for_time(kTable0, 0) == 2);
    // A reader whose place is gone goes on at the start.
    const auto fetched = reader->poll(std::chrono::milliseconds(0), 10);
    REQUIRE(fetched.size() == 1);
    CHECK(fetched[0].records[0].offset == 2);
    CHECK(offsets_of(read_all(log, kTable0, 0)) == Offsets{2});
    log.maintain_now(100000);
    CHECK(log.begin_offset(kTable0) == 3);
    CHECK(log.end_offset(kTable0) == 3);
    CHECK(read_all(log, kTable0).empty());
    CHECK(append_one(log, "table", 0, {"k", "v", 100000}) == 4);
    CHECK(offsets_of(read_all(log, kTable0)) == Offsets{3});
  });
}

TEST_CASE("where a partition starts and ends survives reopening, also when nothing is left of it") {
  const TemporaryDirectory directory;
  EmbeddedLogOptions options;
  options.path = directory.path();
  {
    EmbeddedLog log(options);
    TopicConfig config;
    config.retention_ms = 1000;
    log.create_topic("table", config);
    for (const int64_t timestamp : {1000, 2000}) append_one(log, "table", 0, {"k", "v", timestamp});
    log.maintain_now(2500);
    CHECK(log.begin_offset(kTable0) == 1);
  }
  {
    EmbeddedLog log(options);
    CHECK(log.begin_offset(kTable0) == 1);
    CHECK(log.end_offset(kTable0) == 2);
    log.maintain_now(100000);
  }
  EmbeddedLog log(options);
  CHECK(log.begin_offset(kTable0) == 2);
  CHECK(log.end_offset(kTable0) == 2);
}

TEST_CASE("retention by size keeps at least the limit") {
  with_maintained_log([](EmbeddedLog& log) {
    TopicConfig config;
    config.retention_bytes = 5000;
    log.create_topic("table", config);
    std::mt19937 random(3);
    for (int i = 0; i < 6; ++i) {
      std::string noise(2000, 0);  // doesn't compress
      for (char& c : noise) c = static_cast<char>(random());
      append_one(log, "table", 0, {"k", noise, 1});
    }
    log.maintain_now(1);
    CHECK(log.begin_offset(kTable0) == 3);
    CHECK(read_all(log, kTable0).size() == 3);
    log.maintain_now(1);
    CHECK(log.begin_offset(kTable0) == 3);
  });
}

TEST_CASE("compaction keeps the last record of each key at its offset") {
  with_maintained_log([](EmbeddedLog& log) {
    log.create_topic("table", cleanup_config(Cleanup::kCompact));
    const auto transaction = log.open_transaction("t");
    for (int i = 0; i < 10; ++i) append(*transaction, "table", 0, {i % 2 ? "a" : "b", std::to_string(i), i});
    transaction->commit();
    append_one(log, "table", 0, {"c", "10", 10, 0, {{"h", "v"}}});
    append_one(log, "table", 0, {"a", "11", 11});
    append_one(log, "table", 0, {"last", "12", 12});
    const auto reader = log.open_reader();
    reader->assign(kTable0, 2);
    REQUIRE(reader->poll(std::chrono::milliseconds(0), 1).size() == 1);  // stands at 3, which goes away
    log.maintain_now(100);
    // Blocks that a reader holds, or the cache, may still show what was compacted; the store doesn't.
    std::vector<int64_t> stored;
    log.read_blocks(*log.find_partition("table", 0), 0, [&](const std::shared_ptr<const Block>& block) {
      stored.push_back(block->base_offset());
      stored.push_back(block->header().records);
      return true;
    });
    CHECK(stored == std::vector<int64_t>{0, 3, 12, 1});
    CHECK(log.begin_offset(kTable0) == 0);
    CHECK(log.end_offset(kTable0) == 13);
    int64_t last = 2;
    while (!reader->at_end(kTable0)) {
      for (const FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(0), 1)) {
        CHECK(fetched.records[0].offset > last);
        last = fetched.records[0].offset;
      }
    }
    CHECK(last == 12);
  });
}

TEST_CASE("a compacted partition reads the same from every position") {
  EmbeddedLogOptions options;
  options.in_memory = true;
  EmbeddedLog log(options);
  log.create_topic("table", cleanup_config(Cleanup::kCompact));
  const auto transaction = log.open_transaction("t");
  for (int i = 0; i < 100; ++i) append(*transaction, "table", 0, {i % 3 ? "a" : std::to_string(i), "v", i});
  transaction->commit();
  append_one(log, "table", 0, {"last", "v", 100});
  log.maintain_now(100);
  const auto all = read_all(log, kTable0);
  CHECK(all.size() == 36);
  for (int64_t from = 0; from <= 101; ++from) {
    std::vector<OwnedRecord> expected;
    for (const OwnedRecord& record : all) {
      if (record.offset >= from) expected.push_back(record);
    }
    CHECK(read_all(log, kTable0, from, 5) == expected);
  }
}

TEST_CASE("tombstones outlive their first compaction by delete.retention.ms") {
  with_maintained_log([](EmbeddedLog& log) {
    log.create_topic("table", cleanup_config(Cleanup::kCompact));
    append_one(log, "table", 0, {"a", "1", 1});
    append_one(log, "table", 0, {"a", std::nullopt, 2});
    append_one(log, "table", 0, {"b", "3", 3});
    append_one(log, "table", 0, {"last", "4", 4});
    const auto stored = [&] {
      std::vector<uint32_t> counts;
      log.read_blocks(*log.find_partition("table", 0), 0, [&](const std::shared_ptr<const Block>& block) {
        counts.push_back(block->header().records);
        return true;
      });
      return counts;
    };
    log.maintain_now(10);
    CHECK(stored() == std::vector<uint32_t>{2, 1});  // the tombstone and b
    log.maintain_now(10 + kDay - 1);
    CHECK(stored() == std::vector<uint32_t>{2, 1});
    log.maintain_now(10 + kDay);
    CHECK(stored() == std::vector<uint32_t>{1, 1});
    CHECK(log.end_offset(kTable0) == 4);
  });
}

TEST_CASE("compaction waits for dirt and for the lag that the topic asks for") {
  EmbeddedLogOptions options;
  options.in_memory = true;
  EmbeddedLog log(options);
  TopicConfig config = cleanup_config(Cleanup::kCompact);
  config.extra["min.compaction.lag.ms"] = "1000";
  log.create_topic("table", config);
  for (int i = 0; i < 5; ++i) append_one(log, "table", 0, {"a", "v", 5000 + i * 100});
  log.maintain_now(5500);
  CHECK(read_all(log, kTable0).size() == 5);
  log.maintain_now(6100);  // two of the five are a second old
  CHECK(offsets_of(read_all(log, kTable0)) == Offsets{1, 2, 3, 4});
  log.maintain_now(10000);
  CHECK(offsets_of(read_all(log, kTable0)) == Offsets{3, 4});

  log.create_topic("clean", cleanup_config(Cleanup::kCompact));
  for (int i = 0; i < 100; ++i) append_one(log, "clean", 0, {std::to_string(i), "v", 1});
  log.maintain_now(10000);
  append_one(log, "clean", 0, {"99", "v", 1});
  append_one(log, "clean", 0, {"99", "v", 1});
  log.maintain_now(10000);
  CHECK(read_all(log, {"clean", 0}).size() == 102);  // a small share of the whole: not worth it yet
}

TEST_CASE("whatever is appended, compaction leaves the same table and untouched records") {
  with_maintained_log([](EmbeddedLog& log) {
    TopicConfig config = cleanup_config(Cleanup::kCompact);
    config.extra["min.cleanable.dirty.ratio"] = "0";
    config.extra["delete.retention.ms"] = "500";
    log.create_topic("table", config);
    std::mt19937 random(11);
    std::vector<OwnedRecord> original;
    std::map<std::string, OwnedRecord> table;
    const auto transaction = log.open_transaction("t");
    for (int64_t round = 0; round < 60; ++round) {
      const auto count = random() % 400 + 1;
      for (unsigned i = 0; i < count; ++i) {
        OwnedRecord record{"key" + std::to_string(random() % 200), std::string(random() % 500, 'v'),
                           static_cast<int64_t>(random() % 100000), static_cast<int64_t>(original.size())};
        if (random() % 4 == 0) record.value.reset();
        if (random() % 9 == 0) record.headers = {{"h", "v"}};
        append(*transaction, "table", 0, record);
        original.push_back(record);
        table[*record.key] = record;
      }
      transaction->commit();
      if (random() % 3 == 0) log.maintain_now(round * 100);
    }
    const auto left = read_all(log, kTable0);
    std::map<std::string, OwnedRecord> rebuilt;
    int64_t last = -1;
    bool right = true;
    for (const OwnedRecord& record : left) {
      right = right && record.offset > last && record == original.at(static_cast<size_t>(record.offset));
      last = record.offset;
      rebuilt[*record.key] = record;
    }
    CHECK(right);
    CHECK(last == static_cast<int64_t>(original.size()) - 1);
    for (auto* side : {&table, &rebuilt}) std::erase_if(*side, [](const auto& entry) { return !entry.second.value; });
    CHECK(rebuilt == table);
  });
}

TEST_CASE("compaction and deletion together") {
  with_maintained_log([](EmbeddedLog& log) {
    TopicConfig config = cleanup_config(Cleanup::kCompactDelete);
    config.retention_ms = 1000;
    log.create_topic("table", config);
    append_one(log, "table", 0, {"old", "v", 1000});
    for (int i = 0; i < 3; ++i) append_one(log, "table", 0, {"a", "v", 5000});
    append_one(log, "table", 0, {"last", "v", 5000});
    log.maintain_now(5500);
    CHECK(log.begin_offset(kTable0) == 1);
    CHECK(count_blocks(log, kTable0) == 2);
  });
}

TEST_CASE("small blocks of short transactions are merged") {
  with_maintained_log([](EmbeddedLog& log) {
    log.create_topic("table", {});
    std::vector<OwnedRecord> expected;
    for (int i = 0; i < 3000; ++i) {
      expected.push_back({"k" + std::to_string(i), "value " + std::string(100, 'v'), 5000 - i, i, {{"h", "v"}}});
      append_one(log, "table", 0, expected.back());
    }
    CHECK(count_blocks(log, kTable0) == 3000);
    log.maintain_now(1);
    const size_t merged = count_blocks(log, kTable0);
    CHECK(merged < 1500);
    CHECK(read_all(log, kTable0) == expected);
    CHECK(log.offset_for_time(kTable0, 4000) == 0);
    log.maintain_now(1);
    CHECK(count_blocks(log, kTable0) == merged);
    CHECK(read_all(log, kTable0, 1234, 77) == std::vector(expected.begin() + 1234, expected.end()));
  });
}

TEST_CASE("deleted records give their disk space back") {
  const TemporaryDirectory directory;
  const auto disk_bytes = [&] {
    uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) bytes += entry.file_size();
    return bytes;
  };
  EmbeddedLogOptions options;
  options.path = directory.path();
  options.write_buffer_bytes = 4 << 20;
  options.maintenance_interval = std::chrono::milliseconds(0);
  EmbeddedLog log(options);
  TopicConfig config;
  config.retention_bytes = 5 << 20;
  log.create_topic("dropped", {});
  log.create_topic("trimmed", config);
  log.create_topic("stays", {});
  std::mt19937_64 random(1);
  const auto transaction = log.open_transaction("t");
  std::string noise(1000, 0);
  for (int i = 0; i < 60000; ++i) {
    for (size_t at = 0; at < noise.size(); at += 8) {
      const uint64_t word = random();
      noise.replace(at, 8, reinterpret_cast<const char*>(&word), 8);
    }
    append(*transaction, i % 4 < 2 ? "dropped" : i % 4 == 2 ? "stays" : "trimmed", 0, {"k", noise, i});
    if (i % 500 == 499) transaction->commit();
  }
  CHECK(disk_bytes() > 60'000'000);
  // What stays shares its files with two thirds of garbage and has to move.
  log.delete_topic("dropped");
  log.maintain_now(1);
  const uint64_t left = disk_bytes();
  INFO(left);
  CHECK(left < 30'000'000);
  CHECK(read_all(log, {"stays", 0}).size() == 15000);
  CHECK(read_all(log, {"trimmed", 0}).size() >= 5000);
  log.delete_topic("stays");
  log.delete_topic("trimmed");
  log.maintain_now(1);
  CHECK(disk_bytes() < 2'000'000);
}

TEST_CASE("readers, writers and deletion go on during maintenance") {
  const TemporaryDirectory directory;
  EmbeddedLogOptions options;
  options.path = directory.path();
  options.recent_cache_bytes = 2000;
  options.maintenance_interval = std::chrono::milliseconds(1);  // its own thread, besides the calls below
  EmbeddedLog log(options);
  TopicConfig by_size;
  by_size.retention_bytes = 20000;
  log.create_topic("short", by_size);
  log.create_topic("table", cleanup_config(Cleanup::kCompact));
  log.create_topic("all", {});
  constexpr int kCommits = 2000;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::atomic<bool> done = false;
  const auto follow = [&](const std::string& topic) -> int64_t {
    const auto reader = log.open_reader();
    reader->assign({topic, 0}, kEarliest);
    int64_t last = -1;
    int64_t count = 0;
    while (last < kCommits * 2 - 1 && std::chrono::steady_clock::now() < deadline) {
      for (const FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(100), 10)) {
        for (const RecordView& record : fetched.records) {
          if (record.offset <= last || *record.value != std::to_string(record.offset)) return -1;
          last = record.offset;
          ++count;
        }
      }
    }
    return last == kCommits * 2 - 1 ? count : -2;
  };
  auto short_reader = std::async(std::launch::async, follow, "short");
  auto table_reader = std::async(std::launch::async, follow, "table");
  auto all_reader = std::async(std::launch::async, follow, "all");
  std::thread maintainer([&] {
    while (!done) log.maintain_now(1);
  });
  std::thread deleter([&] {
    while (!done) {
      log.create_topic("fleeting", cleanup_config(Cleanup::kCompact));
      for (int i = 0; i < 20; ++i) append_one(log, "fleeting", 0, {"k", "v", 1});
      log.delete_topic("fleeting");
    }
  });
  const auto transaction = log.open_transaction("w");
  for (int i = 0; i < kCommits; ++i) {
    for (int j = 0; j < 2; ++j) {
      const std::string value = std::to_string(i * 2 + j);
      for (const char* topic : {"short", "table", "all"}) append(*transaction, topic, 0, {"k" + value, value, i});
    }
    transaction->commit();
  }
  CHECK(short_reader.get() > 0);
  CHECK(table_reader.get() > 0);
  CHECK(all_reader.get() == kCommits * 2);
  done = true;
  maintainer.join();
  deleter.join();
  log.maintain_now(1);  // on a busy machine the others may have had no turn since the last commit
  CHECK(log.begin_offset({"short", 0}) > 0);
}

}  // namespace weir::log::test
