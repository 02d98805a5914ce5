// Helpers of the embedded log's tests: a directory that cleans itself up, and records as owned values.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/log/log.h"

namespace weir::log::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-log-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot create a temporary directory");
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct OwnedRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  int64_t timestamp = 0;
  int64_t offset = 0;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  bool operator==(const OwnedRecord&) const = default;
};

inline OwnedRecord own(const RecordView& view) {
  OwnedRecord record;
  if (view.key) record.key = std::string(*view.key);
  if (view.value) record.value = std::string(*view.value);
  record.timestamp = view.timestamp;
  record.offset = view.offset;
  for (const HeaderView& header : view.headers) {
    std::optional<std::string> value;
    if (header.value) value = std::string(*header.value);
    record.headers.emplace_back(std::string(header.key), std::move(value));
  }
  return record;
}

inline void append(LogTransaction& transaction, const std::string& topic, int32_t partition,
                   const OwnedRecord& record) {
  RecordView view;
  if (record.key) view.key = *record.key;
  if (record.value) view.value = *record.value;
  view.timestamp = record.timestamp;
  std::vector<HeaderView> headers;
  for (const auto& [key, value] : record.headers) {
    headers.push_back({key, value ? OptionalBytes(*value) : std::nullopt});
  }
  view.headers = headers;
  transaction.append(topic, partition, view);
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
      for (const RecordView& record : batch.records) all.push_back(own(record));
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
