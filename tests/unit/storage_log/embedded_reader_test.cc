#include <future>
#include <thread>

#include "log_fixture.h"

namespace weir::log::test {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

const TopicPartition kEvents0{"events", 0};
const TopicPartition kEvents1{"events", 1};
// Far beyond what a test should take: waiting that long is a failure.
constexpr milliseconds kForever{20000};

std::unique_ptr<Log> log_with_events() {
  auto log = open_log_in_memory();
  TopicConfig config;
  config.partitions = 2;
  log->create_topic("events", config);
  return log;
}

std::vector<std::string> polled_values(const std::vector<FetchedRecords>& fetched) {
  std::vector<std::string> values;
  for (const FetchedRecords& batch : fetched) {
    for (const RecordView& record : batch.records) values.emplace_back(*record.value);
  }
  return values;
}

using Values = std::vector<std::string>;

}  // namespace

TEST_CASE("a waiting poll returns as soon as its partition grows") {
  const auto log = log_with_events();
  const auto reader = log->open_reader();
  reader->assign(kEvents0, kLatest);
  auto polled = std::async(std::launch::async, [&] { return polled_values(reader->poll(kForever, 10)); });
  append_one(*log, "events", 1, {"k", "elsewhere", 1});
  append_one(*log, "events", 0, {"k", "here", 1});
  REQUIRE(polled.wait_for(kForever / 2) == std::future_status::ready);
  CHECK(polled.get() == Values{"here"});
  CHECK(reader->at_end(kEvents0));
}

TEST_CASE("wakeup ends the poll that waits, or else the next one") {
  const auto log = log_with_events();
  const auto reader = log->open_reader();
  reader->assign(kEvents0, kEarliest);
  reader->wakeup();
  const auto start = Clock::now();
  CHECK(reader->poll(kForever, 10).empty());
  CHECK(Clock::now() - start < kForever / 2);
  // It was used up.
  CHECK(reader->poll(milliseconds(1), 10).empty());
  auto polled = std::async(std::launch::async, [&] { return reader->poll(kForever, 10).size(); });
  reader->wakeup();
  REQUIRE(polled.wait_for(kForever / 2) == std::future_status::ready);
  CHECK(polled.get() == 0);
}

TEST_CASE("who waits on several readers is told when one has something") {
  const auto log = log_with_events();
  const auto reader = log->open_reader();
  int told = 0;
  reader->on_ready([&] { ++told; });
  reader->assign(kEvents0, kLatest);
  append_one(*log, "events", 1, {"k", "elsewhere", 1});
  CHECK(told == 0);
  append_one(*log, "events", 0, {"k", "here", 1});
  CHECK(told == 1);
  CHECK(polled_values(reader->poll(milliseconds(0), 10)) == Values{"here"});
  reader->on_ready(nullptr);
  append_one(*log, "events", 0, {"k", "here", 1});
  CHECK(told == 1);
}

TEST_CASE("a timeout gives nothing") {
  const auto log = log_with_events();
  const auto reader = log->open_reader();
  CHECK(reader->poll(milliseconds(1), 10).empty());
  reader->assign(kEvents0, kEarliest);
  CHECK(reader->poll(milliseconds(1), 10).empty());
  CHECK(reader->poll(milliseconds(0), 10).empty());
}

TEST_CASE("a deleted topic ends the wait and gives nothing any more") {
  const auto log = log_with_events();
  append_one(*log, "events", 0, {"k", "v", 1});
  const auto reader = log->open_reader();
  reader->assign(kEvents0, 1);
  auto polled = std::async(std::launch::async, [&] { return reader->poll(kForever, 10).size(); });
  log->delete_topic("events");
  REQUIRE(polled.wait_for(kForever / 2) == std::future_status::ready);
  CHECK(polled.get() == 0);
  CHECK(reader->at_end(kEvents0));
  CHECK(log_error([&] { reader->assign(kEvents0, 0); }).kind() == LogError::Kind::kNotFound);
}

TEST_CASE("a paused partition stays where it is") {
  const auto log = log_with_events();
  for (int i = 0; i < 3; ++i) append_one(*log, "events", 0, {"k", "a" + std::to_string(i), 1});
  append_one(*log, "events", 1, {"k", "b", 1});
  const auto reader = log->open_reader();
  reader->assign(kEvents0, kEarliest);
  reader->assign(kEvents1, kEarliest);
  CHECK(polled_values(reader->poll(kForever, 1)) == Values{"a0", "b"});
  CHECK(!reader->at_end(kEvents0));
  CHECK(reader->at_end(kEvents1));
  reader->pause(kEvents0);
  CHECK(reader->poll(milliseconds(1), 1).empty());
  CHECK(!reader->at_end(kEvents0));
  append_one(*log, "events", 1, {"k", "c", 1});
  CHECK(polled_values(reader->poll(kForever, 1)) == Values{"c"});
  reader->resume(kEvents0);
  CHECK(polled_values(reader->poll(kForever, 10)) == Values{"a1", "a2"});
  reader->unassign(kEvents0);
  append_one(*log, "events", 0, {"k", "d", 1});
  CHECK(reader->poll(milliseconds(1), 1).empty());
}

TEST_CASE("assign: earliest, latest, a position, again, and beyond the end") {
  const auto log = log_with_events();
  for (int i = 0; i < 5; ++i) append_one(*log, "events", 0, {"k", std::to_string(i), 1});
  const auto reader = log->open_reader();
  reader->assign(kEvents0, 3);
  CHECK(!reader->at_end(kEvents0));
  CHECK(polled_values(reader->poll(kForever, 10)) == Values{"3", "4"});
  reader->assign(kEvents0, kEarliest);
  CHECK(polled_values(reader->poll(kForever, 2)) == Values{"0", "1"});
  reader->assign(kEvents0, kLatest);
  CHECK(reader->at_end(kEvents0));
  CHECK(reader->poll(milliseconds(0), 2).empty());
  append_one(*log, "events", 0, {"k", "5", 1});
  CHECK(polled_values(reader->poll(kForever, 2)) == Values{"5"});
  reader->assign(kEvents0, 7);
  CHECK(reader->poll(milliseconds(0), 2).empty());
  append_one(*log, "events", 0, {"k", "6", 1});
  CHECK(reader->poll(milliseconds(0), 2).empty());
  append_one(*log, "events", 0, {"k", "7", 1});
  CHECK(polled_values(reader->poll(kForever, 2)) == Values{"7"});
  CHECK(log_error([&] { reader->assign({"events", 2}, 0); }).kind() == LogError::Kind::kNotFound);
}

TEST_CASE("fetched records outlive the reader, the topic and the log's cache") {
  const TemporaryDirectory directory;
  std::vector<FetchedRecords> kept;
  {
    const auto log = open_log_at(directory.path());
    log->create_topic("events", {});
    const auto transaction = log->open_transaction("t");
    for (int i = 0; i < 100; ++i) append(*transaction, "events", 0, {"k", std::to_string(i), 1, 0, {{"h", "v"}}});
    transaction->commit();
    const auto reader = log->open_reader();
    reader->assign(kEvents0, kEarliest);
    kept = reader->poll(kForever, 50);
    log->delete_topic("events");
  }
  REQUIRE(kept.size() == 1);
  REQUIRE(kept[0].records.size() == 50);
  for (int i = 0; i < 50; ++i) {
    const OwnedRecord record = own_record(kept[0].records[static_cast<size_t>(i)]);
    CHECK(record.value == std::to_string(i));
    CHECK(record.headers.at(0).first == "h");
  }
}

TEST_CASE("many readers follow many writers without missing a record") {
  const TemporaryDirectory directory;
  EmbeddedLogOptions options;
  options.path = directory.path();
  options.recent_cache_bytes = 4000;  // so that slower readers fall out of it
  const auto log = open_embedded_log(options);
  TopicConfig config;
  config.partitions = 2;
  log->create_topic("events", config);
  constexpr int kRecords = 3000;
  const auto follow = [&log] {
    const auto reader = log->open_reader();
    reader->assign(kEvents0, kEarliest);
    reader->assign(kEvents1, kEarliest);
    std::map<int32_t, int64_t> next;
    const auto deadline = Clock::now() + kForever;
    while (next[0] + next[1] < 2 * kRecords && Clock::now() < deadline) {
      for (const FetchedRecords& batch : reader->poll(milliseconds(500), 100)) {
        for (const RecordView& record : batch.records) {
          if (record.offset != next[batch.source.partition]++) return false;
        }
      }
    }
    return next[0] == kRecords && next[1] == kRecords;
  };
  std::vector<std::future<bool>> readers;
  for (int i = 0; i < 3; ++i) readers.push_back(std::async(std::launch::async, follow));
  std::vector<std::thread> writers;
  for (int p = 0; p < 2; ++p) {
    writers.emplace_back([&log, p] {
      const auto transaction = log->open_transaction("w");
      for (int i = 0; i < kRecords; ++i) {
        append(*transaction, "events", p, {"k", std::to_string(i), i});
        if (i % 3 == 0 || i == kRecords - 1) transaction->commit();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  for (auto& reader : readers) CHECK(reader.get());
}

}  // namespace weir::log::test
