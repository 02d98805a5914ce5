#include "storage/log/kafka_batch.h"

#include <cstring>

namespace weir::log {

namespace {

OptionalBytes view_bytes(const void* data, size_t size) {
  if (!data) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

}  // namespace

KafkaBatch::~KafkaBatch() {
  for (rd_kafka_message_t* message : messages_) rd_kafka_message_destroy(message);
}

std::vector<RecordView> KafkaBatch::records() {
  std::vector<RecordView> records(messages_.size());
  for (size_t i = 0; i < messages_.size(); ++i) {
    const rd_kafka_message_t& message = *messages_[i];
    RecordView& record = records[i];
    record.key = view_bytes(message.key, message.key_len);
    record.value = view_bytes(message.payload, message.len);
    record.timestamp = rd_kafka_message_timestamp(&message, nullptr);
    record.offset = message.offset;
    add_headers(message, i);
  }
  // Only now do the headers lie still.
  for (const HeaderRange& range : header_ranges_) {
    records[range.record].headers = std::span(headers_).subspan(range.begin, range.end - range.begin);
  }
  return records;
}

void KafkaBatch::add_headers(const rd_kafka_message_t& message, size_t record) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const size_t begin = headers_.size();
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    headers_.push_back({std::string_view(name), view_bytes(value, size)});
  }
  if (headers_.size() > begin) header_ranges_.push_back({record, begin, headers_.size()});
}

}  // namespace weir::log
