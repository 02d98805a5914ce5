#include "tests/integration/kafka_fixture.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace weir::log::test {

std::optional<std::string> kafka_address() {
  const std::string address = run_setting("WEIR_KAFKA");
  if (!address.empty()) return address;
  MESSAGE("skipped: WEIR_KAFKA is not set; tests/integration/run.sh starts a broker and sets it");
  return std::nullopt;
}

std::string run_setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string shell(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> part{};
  while (const size_t size = std::fread(part.data(), 1, part.size(), pipe)) output.append(part.data(), size);
  const int status = pclose(pipe);
  REQUIRE_MESSAGE(status == 0, command << " failed: " << output);
  return output;
}

std::string unique_name(const std::string& stem) {
  static std::atomic<int> count{0};
  return stem + "-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

bool eventually(const std::function<bool()>& condition, std::chrono::seconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

void EventList::add(const LogEvent& event) {
  const std::lock_guard lock(mutex);
  events.push_back(event);
}

bool EventList::has(LogEvent::Kind kind, const std::string& part) {
  const std::lock_guard lock(mutex);
  for (const LogEvent& event : events) {
    if (event.kind == kind && event.message.find(part) != std::string::npos) return true;
  }
  return false;
}

size_t EventList::count(LogEvent::Kind kind) {
  const std::lock_guard lock(mutex);
  size_t count = 0;
  for (const LogEvent& event : events) count += event.kind == kind ? 1 : 0;
  return count;
}

TestLog::TestLog(const std::string& address, bool exactly_once, std::map<std::string, std::string> properties,
                 std::chrono::milliseconds admin_timeout) {
  KafkaLogOptions options;
  options.bootstrap_servers = address;
  options.properties = std::move(properties);
  options.exactly_once = exactly_once;
  options.admin_timeout = admin_timeout;
  log = open_kafka_log(options);
  log->on_event([this](const LogEvent& event) { events.add(event); });
}

std::string TestLog::create_topic(const std::string& stem, int32_t partitions) {
  const std::string name = unique_name(stem);
  TopicConfig config;
  config.partitions = partitions;
  log->create_topic(name, config);
  return name;
}

void TestLog::append(LogTransaction& transaction, const std::string& topic, int32_t partition, const std::string& key,
                     const std::string& value, int64_t timestamp) {
  RecordView record;
  record.key = key;
  record.value = value;
  record.timestamp = timestamp;
  transaction.append(topic, partition, record);
}

void append_until_committed(LogTransaction& transaction, const std::function<void()>& work) {
  CHECK(eventually(
      [&] {
        try {
          work();
          transaction.commit();
          return true;
        } catch (const LogError& error) {
          CHECK_MESSAGE(error.kind() == LogError::Kind::kUnavailable, error.what());
          transaction.abort();
          return false;
        }
      },
      std::chrono::seconds(120)));
}

std::vector<OwnedRecord> read_records(LogReader& reader, size_t count, std::chrono::seconds timeout) {
  std::vector<OwnedRecord> all;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (all.size() < count && std::chrono::steady_clock::now() < deadline) {
    for (const FetchedRecords& fetched : reader.poll(std::chrono::milliseconds(200), 1000)) {
      for (const RecordView& record : fetched.records) all.push_back(own_record(record));
    }
  }
  return all;
}

std::vector<OwnedRecord> read_partition(Log& log, const TopicPartition& partition, size_t count) {
  const std::unique_ptr<LogReader> reader = log.open_reader();
  reader->assign(partition, kEarliest);
  return read_records(*reader, count);
}

}  // namespace weir::log::test
