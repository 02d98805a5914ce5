// A record that owns its bytes, for what must outlive the memory of a RecordView: queues and tests. Not for the record
// path. A value; one thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/log/record.h"

namespace weir::log {

struct OwnedRecord {
  std::optional<std::string> key, value;
  int64_t timestamp = 0;
  int64_t offset = 0;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;

  bool operator==(const OwnedRecord&) const = default;
};

OwnedRecord own_record(const RecordView& record);

// The views of an OwnedRecord, which must outlive them and not change.
class OwnedRecordView {
 public:
  explicit OwnedRecordView(const OwnedRecord& record);
  OwnedRecordView(const OwnedRecordView&) = delete;
  OwnedRecordView& operator=(const OwnedRecordView&) = delete;

  const RecordView& get() const { return view_; }

 private:
  std::vector<HeaderView> headers_;
  RecordView view_;
};

}  // namespace weir::log
