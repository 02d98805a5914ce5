#include "engine/runtime/error_record.h"

#include <algorithm>

#include "engine/runtime/processing_log.h"
#include "engine/types/text.h"

namespace weir {

namespace {

const std::string kQueryHeader = std::string(kErrorHeaderPrefix) + "query";
const std::string kInputHeader = std::string(kErrorHeaderPrefix) + "input";
const std::string kTopicHeader = std::string(kErrorHeaderPrefix) + "topic";
const std::string kPartitionHeader = std::string(kErrorHeaderPrefix) + "partition";
const std::string kOffsetHeader = std::string(kErrorHeaderPrefix) + "offset";
const std::string kTimestampHeader = std::string(kErrorHeaderPrefix) + "timestamp";
const std::string kRecordHeader = std::string(kErrorHeaderPrefix) + "record";
constexpr const char* kRecordKept = "kept";
constexpr const char* kRecordMissing = "missing";

}  // namespace

ErrorRecord::ErrorRecord(const std::string& query_id, const ProcessingError& error, int64_t now_ms) {
  const int64_t time = error.record ? error.record->timestamp : error.timestamp;
  const std::string prefix = kErrorHeaderPrefix;
  told_ = {{kQueryHeader, query_id},
           {prefix + "operator", error.operation},
           {prefix + "type", error_stage_name(error.stage)},
           {prefix + "message", error.message},
           {prefix + "source", error.source},
           {kTopicHeader, error.topic},
           {kPartitionHeader, std::to_string(error.partition)},
           {kOffsetHeader, std::to_string(error.offset)},
           {kTimestampHeader, std::to_string(time)},
           {prefix + "time", std::to_string(now_ms)},
           {kInputHeader, error.input}};
  if (!error.record) {
    told_.emplace_back(kRecordHeader, kRecordMissing);
  } else if (error.kept) {
    told_.emplace_back(kRecordHeader, kRecordKept);
  }
  if (error.record) {
    record_.key = error.record->key;
    record_.value = error.record->value;
    // A record that failed before, and was fed in again, has no more of the earlier headers.
    headers_ = own_headers(*error.record);
  }
  for (const auto& [name, value] : told_) {
    if (!value.empty()) headers_.push_back({name, value});
  }
  record_.headers = headers_;
  // No log takes times before 1970.
  record_.timestamp = std::max<int64_t>(0, time);
}

std::vector<log::HeaderView> ErrorRecord::own_headers(const log::RecordView& record) {
  std::vector<log::HeaderView> out;
  for (const log::HeaderView& header : record.headers) {
    if (!header.key.starts_with(kErrorHeaderPrefix)) out.push_back(header);
  }
  return out;
}

std::optional<ErrorPlace> ErrorRecord::place_of(const log::RecordView& record) {
  ErrorPlace place;
  place.timestamp = record.timestamp;
  for (const log::HeaderView& header : record.headers) {
    if (!header.value || !header.key.starts_with(kErrorHeaderPrefix)) continue;
    const std::string value(*header.value);
    if (header.key == kQueryHeader) place.query = value;
    if (header.key == kInputHeader) place.input = value;
    if (header.key == kTopicHeader) place.topic = value;
    if (header.key == kPartitionHeader) place.partition = parse_int(value).value_or(-1);
    if (header.key == kOffsetHeader) place.offset = parse_bigint(value).value_or(-1);
    if (header.key == kTimestampHeader) place.timestamp = parse_bigint(value).value_or(record.timestamp);
    if (header.key == kRecordHeader) {
      place.kept = value == kRecordKept;
      place.has_record = value != kRecordMissing;
    }
  }
  if (place.query.empty() || place.topic.empty() || place.partition < 0) return std::nullopt;
  return place;
}

}  // namespace weir
