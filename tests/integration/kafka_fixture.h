// What the tests against a real broker share: its address, logs opened on it, topics of their own, waiting with a
// deadline.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/log/log.h"
#include "storage/log/owned_record.h"

namespace weir::log::test {

// The broker of this run, or nullopt: then the test has printed why it does nothing.
std::optional<std::string> kafka_address();
// An environment variable that run.sh sets.
std::string run_setting(const char* name);
// Runs a command with the shell and returns what it printed; fails the test when the command fails.
std::string shell(const std::string& command);

std::string unique_name(const std::string& stem);
// Calls `condition` until it holds or the deadline passes.
bool eventually(const std::function<bool()>& condition, std::chrono::seconds timeout = std::chrono::seconds(30));

struct EventList {
  std::mutex mutex;
  std::vector<LogEvent> events;
  void add(const LogEvent& event);
  bool has(LogEvent::Kind kind, const std::string& part);
  size_t count(LogEvent::Kind kind);
};

struct TestLog {
  explicit TestLog(const std::string& address, bool exactly_once = false,
                   std::map<std::string, std::string> properties = {},
                   std::chrono::milliseconds admin_timeout = std::chrono::seconds(30));
  EventList events;  // outlives the log
  std::unique_ptr<Log> log;

  std::string create_topic(const std::string& stem, int32_t partitions = 1);
  void append(LogTransaction& transaction, const std::string& topic, int32_t partition, const std::string& key,
              const std::string& value, int64_t timestamp = 1000);
};

// Does the work, commits it, and repeats both while the log says that this may help, as a task does.
void append_until_committed(LogTransaction& transaction, const std::function<void()>& work);

// Polls until `count` records came or the deadline passed.
std::vector<OwnedRecord> read_records(LogReader& reader, size_t count,
                                      std::chrono::seconds timeout = std::chrono::seconds(30));
// The same, from the beginning of one partition with a reader of its own.
std::vector<OwnedRecord> read_partition(Log& log, const TopicPartition& partition, size_t count);

}  // namespace weir::log::test
