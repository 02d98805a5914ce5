// A record of a topic, as bytes. Views only: whoever hands out a RecordView says how long its memory lives.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::log {

using OptionalBytes = std::optional<std::string_view>;

struct HeaderView {
  std::string_view key;
  OptionalBytes value;
};

struct RecordView {
  OptionalBytes key;      // nullopt: the record has no key
  OptionalBytes value;    // nullopt: a tombstone
  int64_t timestamp = 0;  // milliseconds since the epoch, event time
  int64_t offset = 0;     // ignored when appending
  std::span<const HeaderView> headers;
};

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;
  bool operator==(const TopicPartition&) const = default;
  auto operator<=>(const TopicPartition&) const = default;
};

// Some consecutive records of one partition. The views point into memory that `memory` keeps alive,
// so a FetchedRecords may be moved between threads and outlives its reader.
struct FetchedRecords {
  TopicPartition source;
  std::vector<RecordView> records;
  std::vector<std::shared_ptr<const void>> memory;
};

}  // namespace weir::log
