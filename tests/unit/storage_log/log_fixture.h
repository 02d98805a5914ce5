// Helpers of the log's tests.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/log/log.h"
#include "storage/log/owned_record.h"
#include "tests/unit/temporary_directory.h"

namespace weir::log::test {

using weir::test::TemporaryDirectory;

inline void append(LogTransaction& transaction, const std::string& topic, int32_t partition,
                   const OwnedRecord& record) {
  transaction.append(topic, partition, OwnedRecordView(record).get());
}

// Appends in a transaction of its own and returns the end offset.
inline int64_t append_one(Log& log, const std::string& topic, int32_t partition, const OwnedRecord& record) {
  const auto transaction = log.open_transaction("test");
  append(*transaction, topic, partition, record);
  std::map<TopicPartition, int64_t> ends;
  transaction->commit(&ends);
  return ends.at({topic, partition});
}

// Everything from `offset` to the end.
inline std::vector<OwnedRecord> read_all(Log& log, const TopicPartition& partition, int64_t offset = kEarliest,
                                         size_t max_records = 1000) {
  const auto reader = log.open_reader();
  reader->assign(partition, offset);
  std::vector<OwnedRecord> all;
  while (!reader->at_end(partition)) {
    const auto fetched = reader->poll(std::chrono::milliseconds(0), max_records);
    if (fetched.empty()) break;
    for (const FetchedRecords& batch : fetched) {
      CHECK(batch.source == partition);
      CHECK(batch.records.size() <= max_records);
      for (const RecordView& record : batch.records) all.push_back(own_record(record));
    }
  }
  return all;
}

inline std::unique_ptr<Log> open_log_at(const std::string& path) {
  EmbeddedLogOptions options;
  options.path = path;
  return open_embedded_log(options);
}

inline std::unique_ptr<Log> open_log_in_memory() {
  EmbeddedLogOptions options;
  options.in_memory = true;
  return open_embedded_log(options);
}

// Runs `action`, which must throw a LogError, and returns it.
template <typename Action>
LogError log_error(Action&& action) {
  try {
    action();
  } catch (const LogError& error) {
    return error;
  }
  FAIL("expected a LogError");
  return LogError(LogError::Kind::kInternal, "");
}

}  // namespace weir::log::test
