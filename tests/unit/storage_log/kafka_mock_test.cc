// The log on Kafka against librdkafka's mock cluster: in this process, no broker needed. What only a real broker does
// (creating topics, transactions' isolation, rebalancing) is in tests/integration.
#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <chrono>
#include <mutex>
#include <thread>

#include "storage/log/kafka_log.h"
#include "storage/log/kafka_membership.h"
#include "tests/unit/storage_log/log_fixture.h"

namespace weir::log::test {

namespace {

using std::chrono::milliseconds;

class MockCluster {
 public:
  explicit MockCluster(int brokers = 3) {
    std::array<char, 512> error{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "2", nullptr, 0);  // it would complain that no broker is given
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error.data(), error.size());
    REQUIRE_MESSAGE(client_ != nullptr, error.data());
    cluster_ = rd_kafka_mock_cluster_new(client_, brokers);
    REQUIRE(cluster_ != nullptr);
  }
  ~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(client_);
  }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  std::string address() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  // The next `count` requests to join a group's generation are refused.
  void refuse_to_sync(int count) {
    const std::vector<rd_kafka_resp_err_t> errors(static_cast<size_t>(count), RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS);
    rd_kafka_mock_push_request_errors_array(cluster_, kSyncGroup, errors.size(), errors.data());
  }
  void create_topic(const std::string& name, int partitions) {
    REQUIRE(rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
  }

 private:
  static constexpr int16_t kSyncGroup = 14;
  rd_kafka_t* client_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

std::unique_ptr<Log> open_log_on(const std::string& address, milliseconds admin_timeout = std::chrono::seconds(30)) {
  KafkaLogOptions options;
  options.bootstrap_servers = address;
  options.admin_timeout = admin_timeout;
  return open_kafka_log(options);
}

// From the beginning; waits for `count` records.
std::vector<OwnedRecord> read_kafka(Log& log, const TopicPartition& partition, size_t count) {
  const auto reader = log.open_reader();
  reader->assign(partition, kEarliest);
  std::vector<OwnedRecord> all;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (all.size() < count && std::chrono::steady_clock::now() < deadline) {
    for (const FetchedRecords& fetched : reader->poll(milliseconds(100), 100)) {
      CHECK(fetched.source == partition);
      for (const RecordView& record : fetched.records) all.push_back(own_record(record));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("Kafka: what is appended comes back from its partition, as it was") {
  MockCluster cluster;
  cluster.create_topic("orders", 3);
  const auto log = open_log_on(cluster.address());
  const std::vector<OwnedRecord> first = {{"k", "v", 1000, 0, {}},
                                          {std::nullopt, "no key", 5, 1, {}},
                                          {"gone", std::nullopt, 1700000000000, 2, {{"trace", "abc"}, {"empty", ""}}},
                                          {"", "", 7, 3, {}}};
  const std::vector<OwnedRecord> second = {{"other", std::string("\0\xff", 2), 9, 0, {}}};
  const auto transaction = log->open_transaction("writer");
  for (const OwnedRecord& record : first) append(*transaction, "orders", 0, record);
  for (const OwnedRecord& record : second) append(*transaction, "orders", 2, record);
  CHECK_FALSE(transaction->empty());
  std::map<TopicPartition, int64_t> ends;
  transaction->commit(&ends);
  CHECK(ends == std::map<TopicPartition, int64_t>{{{"orders", 0}, 4}, {{"orders", 2}, 1}});
  CHECK(read_kafka(*log, {"orders", 0}, 4) == first);
  CHECK(read_kafka(*log, {"orders", 2}, 1) == second);
  CHECK(log->begin_offset({"orders", 0}) == 0);
  CHECK(log->end_offset({"orders", 0}) == 4);
  CHECK(log->end_offset({"orders", 1}) == 0);
}

// librdkafka has no way to say 0: it means "now" there.
TEST_CASE("Kafka: the epoch's first millisecond is kept as the second") {
  MockCluster cluster(1);
  cluster.create_topic("t", 1);
  const auto log = open_log_on(cluster.address());
  const auto transaction = log->open_transaction("writer");
  append(*transaction, "t", 0, {"k", "v", 0, 0, {}});
  append(*transaction, "t", 0, {"k", "v", 1, 0, {}});
  transaction->commit();
  const auto records = read_kafka(*log, {"t", 0}, 2);
  REQUIRE(records.size() == 2);
  CHECK(records[0].timestamp == 1);
  CHECK(records[1].timestamp == 1);
}

TEST_CASE("Kafka: a reader goes on where it is told to, and knows the end") {
  MockCluster cluster(1);
  cluster.create_topic("t", 1);
  const auto log = open_log_on(cluster.address());
  const auto transaction = log->open_transaction("writer");
  for (int i = 0; i < 10; ++i) append(*transaction, "t", 0, {"k", std::to_string(i), 100 + i, 0, {}});
  transaction->commit();
  const auto reader = log->open_reader();
  reader->assign({"t", 0}, 7);
  std::vector<std::string> values;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!(values.size() == 3 && reader->at_end({"t", 0}))) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    for (const FetchedRecords& fetched : reader->poll(milliseconds(100), 2)) {
      CHECK(fetched.records.size() <= 2);
      for (const RecordView& record : fetched.records) values.emplace_back(*record.value);
    }
  }
  CHECK(values == std::vector<std::string>{"7", "8", "9"});
}

TEST_CASE("Kafka: committed offsets come back with their metadata") {
  MockCluster cluster(1);
  cluster.create_topic("t", 2);
  const auto log = open_log_on(cluster.address());
  CHECK_FALSE(log->committed_offset("group", {"t", 0}));
  const auto transaction = log->open_transaction("writer");
  append(*transaction, "t", 1, {"k", "v", 1, 0, {}});
  transaction->commit_offset("group", {"t", 0}, {42, "time=7"});
  transaction->commit();
  const auto committed = log->committed_offset("group", {"t", 0});
  REQUIRE(committed);
  CHECK(committed->offset == 42);
  CHECK(committed->metadata == "time=7");
  CHECK_FALSE(log->committed_offset("another", {"t", 0}));
}

TEST_CASE("Kafka: a topic or partition that isn't there is named") {
  MockCluster cluster(1);
  cluster.create_topic("t", 2);
  const auto log = open_log_on(cluster.address());
  const auto reader = log->open_reader();
  const LogError error = log_error([&] { reader->assign({"t", 2}, kEarliest); });
  CHECK(error.kind() == LogError::Kind::kNotFound);
  CHECK(std::string(error.what()).find("'t' has no partition 2") != std::string::npos);
}

TEST_CASE("Kafka: a broker that is away is named with its address") {
  const std::string address = "127.0.0.1:1";  // tcpmux: nobody listens
  KafkaLogOptions options;
  options.bootstrap_servers = address;
  options.admin_timeout = milliseconds(500);
  const auto log = open_kafka_log(options);
  std::mutex mutex;
  std::vector<std::string> down;
  log->on_event([&](const LogEvent& event) {
    const std::lock_guard lock(mutex);
    if (event.kind == LogEvent::Kind::kDown) down.push_back(event.message);
  });
  const auto check = [&](const LogError& error) {
    CHECK(error.kind() == LogError::Kind::kUnavailable);
    CHECK_MESSAGE(std::string(error.what()).find(address) != std::string::npos, error.what());
  };
  check(log_error([&] { log->describe_topic("t"); }));
  check(log_error([&] { log->list_topics(); }));
  check(log_error([&] { log->end_offset({"t", 0}); }));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (true) {
    {
      const std::lock_guard lock(mutex);
      if (!down.empty()) break;
    }
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    log_error([&] { log->describe_topic("t"); });
  }
  const std::lock_guard lock(mutex);
  CHECK_MESSAGE(down.front().find(address) != std::string::npos, down.front());
}

TEST_CASE("Kafka: a member may leave its group before it was ever assigned a slot") {
  class Nobody : public SlotListener {
    void slots_assigned(const std::vector<int32_t>&) override { FAIL("the group never came to an assignment"); }
    void slots_revoked(const std::vector<int32_t>&) override {}
    void slots_lost(const std::vector<int32_t>&) override {}
  } nobody;
  MockCluster cluster(1);
  cluster.create_topic("slots", 4);
  cluster.refuse_to_sync(1000);
  KafkaLogOptions options;
  options.bootstrap_servers = cluster.address();
  const auto properties = std::make_shared<KafkaProperties>(options);
  const auto monitor = std::make_shared<KafkaMonitor>([](const LogEvent&) {});
  // The mock's group makes its members wait three seconds before they are told who they are; leaving at any of these
  // moments must do no harm.
  for (const int after_ms : {0, 500, 4000}) {
    KafkaMembership membership({"group", "slots", "process", false}, properties, monitor);
    membership.join(nobody, [](const std::vector<int32_t>&) { return true; });
    std::this_thread::sleep_for(milliseconds(after_ms));
    membership.leave();
  }
}

}  // namespace weir::log::test
