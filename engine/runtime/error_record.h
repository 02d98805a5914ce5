// A record that a query couldn't process, on its way to the dead-letter or late topic: its own key, value and headers,
// and headers that tell what happened. Made and used on one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/exec/record_collector.h"

namespace weir {

// Names of the headers: docs/operations.md.
inline constexpr const char* kErrorHeaderPrefix = "weir.error.";

// Where a dead letter came from, as its headers say.
struct ErrorPlace {
  std::string query, input, topic;
  int32_t partition = 0;
  int64_t offset = -1;
  int64_t timestamp = 0;
  bool has_record = true;  // key and value are those of the record
  bool kept = false;       // see ProcessingError
};

class ErrorRecord {
 public:
  // `now_ms`: processing time. What `error.record` points to outlives this.
  ErrorRecord(const std::string& query_id, const ProcessingError& error, int64_t now_ms);
  ErrorRecord(const ErrorRecord&) = delete;
  ErrorRecord& operator=(const ErrorRecord&) = delete;

  const log::RecordView& view() const { return record_; }

  // nullopt: the record isn't one of these.
  static std::optional<ErrorPlace> place_of(const log::RecordView& record);
  // The headers that the record had of its own.
  static std::vector<log::HeaderView> own_headers(const log::RecordView& record);

 private:
  std::vector<std::pair<std::string, std::string>> told_;
  std::vector<log::HeaderView> headers_;
  log::RecordView record_;
};

}  // namespace weir
