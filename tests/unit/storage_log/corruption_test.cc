// Bytes on disk that somebody changed: an error that names the place, never a crash.
#include <rocksdb/db.h>

#include <fstream>
#include <future>
#include <mutex>
#include <random>

#include "log_fixture.h"
#include "storage/log/embedded_log.h"
#include "storage/log/fixed_width.h"

namespace weir::log::test {

namespace {

const TopicPartition kDamaged1{"orders", 1};

// Blocks at the offsets 0, 10, 20 of partition 1; the topic's id is 1.
void write_three_blocks(const std::string& path) {
  const auto log = open_log_at(path);
  TopicConfig config;
  config.partitions = 2;
  log->create_topic("orders", config);
  const auto transaction = log->open_transaction("t");
  for (int block = 0; block < 3; ++block) {
    for (int i = 0; i < 10; ++i) append(*transaction, "orders", 1, {"k", "v" + std::string(1000, 'x'), i});
    transaction->commit();
  }
}

class RawStore {
 public:
  explicit RawStore(const std::string& path) {
    rocksdb::ColumnFamilyOptions options;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const auto status =
        rocksdb::DB::Open({}, path, {{rocksdb::kDefaultColumnFamilyName, options}, {"blocks", options}}, &handles, &db);
    REQUIRE(status.ok());
    db_.reset(db);
    meta = handles[0];
    blocks = handles[1];
  }
  ~RawStore() {
    db_->DestroyColumnFamilyHandle(meta);
    db_->DestroyColumnFamilyHandle(blocks);
  }
  std::string get(rocksdb::ColumnFamilyHandle* family, const std::string& key) {
    std::string value;
    REQUIRE(db_->Get({}, family, key, &value).ok());
    return value;
  }
  void put(rocksdb::ColumnFamilyHandle* family, const std::string& key, const std::string& value) {
    REQUIRE(db_->Put({}, family, key, value).ok());
  }
  void erase(rocksdb::ColumnFamilyHandle* family, const std::string& key) {
    REQUIRE(db_->Delete({}, family, key).ok());
  }
  void flush() { REQUIRE(db_->Flush({}, std::vector{meta, blocks}).ok()); }

  rocksdb::ColumnFamilyHandle* meta;
  rocksdb::ColumnFamilyHandle* blocks;

 private:
  std::unique_ptr<rocksdb::DB> db_;
};

std::string raw_block_key(uint32_t topic, uint32_t partition, uint64_t base) {
  std::string key;
  append_big32(key, topic);
  append_big32(key, partition);
  append_big64(key, base);
  return key;
}

void check_names_the_place(const LogError& error, const std::string& offset) {
  const std::string message = error.what();
  INFO(message);
  CHECK(error.kind() == LogError::Kind::kCorrupt);
  CHECK(message.find("topic orders, partition 1") != std::string::npos);
  CHECK(message.find("offset " + offset) != std::string::npos);
}

}  // namespace

TEST_CASE("a damaged block is named with topic, partition and offset") {
  const TemporaryDirectory directory;
  write_three_blocks(directory.path());
  const std::string key = raw_block_key(1, 1, 10);
  SUBCASE("changed bytes") {
    RawStore store(directory.path());
    std::string value = store.get(store.blocks, key);
    value[2] = 50;  // the record count
    store.put(store.blocks, key, value);
  }
  SUBCASE("cut off") {
    RawStore store(directory.path());
    store.put(store.blocks, key, store.get(store.blocks, key).substr(0, 60));
  }
  SUBCASE("from a later version") {
    RawStore store(directory.path());
    std::string value = store.get(store.blocks, key);
    value[0] = 9;
    store.put(store.blocks, key, value);
  }
  const auto log = open_log_at(directory.path());
  CHECK(log->end_offset(kDamaged1) == 30);
  const auto reader = log->open_reader();
  reader->assign(kDamaged1, kEarliest);
  const LogError error = log_error([&] {
    while (!reader->at_end(kDamaged1)) reader->poll(std::chrono::milliseconds(0), 10);
  });
  check_names_the_place(error, "10");
  // What is behind it can still be read.
  CHECK(read_all(*log, kDamaged1, 20).size() == 10);
}

TEST_CASE("damage that maintenance meets is reported and doesn't stop it") {
  const TemporaryDirectory directory;
  {
    const auto log = open_log_at(directory.path());
    TopicConfig config;
    config.cleanup = Cleanup::kCompact;
    for (const char* topic : {"orders", "sound"}) {
      log->create_topic(topic, config);
      for (int i = 0; i < 4; ++i) append_one(*log, topic, 0, {"k", "v", 1});
    }
  }
  {
    RawStore store(directory.path());
    store.put(store.blocks, raw_block_key(1, 0, 2), "\x01nonsense");
  }
  EmbeddedLogOptions options;
  options.path = directory.path();
  options.recent_cache_bytes = 0;
  options.maintenance_interval = std::chrono::milliseconds(1);
  std::promise<LogEvent> reported;
  std::once_flag first;
  EmbeddedLog log(options);
  log.on_event([&](const LogEvent& event) { std::call_once(first, [&] { reported.set_value(event); }); });
  const auto transaction = log.open_transaction("starts the thread");
  auto event = reported.get_future();
  REQUIRE(event.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  const LogEvent got = event.get();
  CHECK(got.kind == LogEvent::Kind::kError);
  CHECK(got.message.find("topic orders, partition 0: the block at offset 2") != std::string::npos);
  CHECK(read_all(log, {"sound", 0}).size() == 2);
}

TEST_CASE("missing blocks at the end are noticed") {
  const TemporaryDirectory directory;
  write_three_blocks(directory.path());
  {
    RawStore store(directory.path());
    store.erase(store.blocks, raw_block_key(1, 1, 20));
  }
  const auto log = open_log_at(directory.path());
  check_names_the_place(log_error([&] { read_all(*log, kDamaged1); }), "20");
}

TEST_CASE("a damaged index or topic record is refused at the start") {
  const TemporaryDirectory directory;
  write_three_blocks(directory.path());
  SUBCASE("index") {
    {
      RawStore store(directory.path());
      store.put(store.meta, "b" + raw_block_key(1, 1, 20), "\x01");
    }
    check_names_the_place(log_error([&] { open_log_at(directory.path()); }), "20");
  }
  SUBCASE("topic") {
    {
      RawStore store(directory.path());
      store.put(store.meta, "torders", "\x01\x02");
    }
    const LogError error = log_error([&] { open_log_at(directory.path()); });
    CHECK(error.kind() == LogError::Kind::kCorrupt);
    CHECK(std::string(error.what()).find("topic orders") != std::string::npos);
  }
  SUBCASE("format version") {
    {
      RawStore store(directory.path());
      store.put(store.meta, "v", "2");
    }
    const LogError error = log_error([&] { open_log_at(directory.path()); });
    CHECK(error.kind() == LogError::Kind::kInvalid);
    CHECK(std::string(error.what()).find(directory.path()) != std::string::npos);
  }
}

TEST_CASE("changed bytes in the files give an error or the right records") {
  std::mt19937 random(5);
  for (int round = 0; round < 10; ++round) {
    const TemporaryDirectory directory;
    write_three_blocks(directory.path());
    RawStore(directory.path()).flush();
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      const std::string extension = entry.path().extension();
      const auto size = std::filesystem::file_size(entry.path());
      if (size == 0 || (extension != ".sst" && extension != ".blob" && extension != ".log")) continue;
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      for (int i = 0; i < 10; ++i) {
        file.seekp(static_cast<std::streamoff>(random() % size));
        file.put(static_cast<char>(random()));
      }
    }
    try {
      const auto log = open_log_at(directory.path());
      for (const OwnedRecord& record : read_all(*log, kDamaged1)) CHECK(record.value->size() == 1001);
    } catch (const LogError& error) {
      CHECK(std::string(error.what()).find(directory.path()) != std::string::npos);
    }
  }
}

}  // namespace weir::log::test
