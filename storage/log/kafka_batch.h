// Fetched messages of librdkafka, kept until the last view of them is gone. Shared by the FetchedRecords made of it;
// any thread may be the last.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "storage/log/kafka_handle.h"
#include "storage/log/record.h"

namespace weir::log {

class KafkaBatch {
 public:
  KafkaBatch(std::shared_ptr<KafkaHandle> handle, std::vector<rd_kafka_message_t*> messages)
      : handle_(std::move(handle)), messages_(std::move(messages)) {}
  ~KafkaBatch();
  KafkaBatch(const KafkaBatch&) = delete;
  KafkaBatch& operator=(const KafkaBatch&) = delete;

  // Views of all messages, in order. Once, before the batch is shared.
  std::vector<RecordView> records();

 private:
  void add_headers(const rd_kafka_message_t& message, size_t record);

  struct HeaderRange {
    size_t record = 0;
    size_t begin = 0;
    size_t end = 0;
  };

  const std::shared_ptr<KafkaHandle> handle_;  // must outlive its messages
  const std::vector<rd_kafka_message_t*> messages_;
  std::vector<HeaderView> headers_;
  std::vector<HeaderRange> header_ranges_;
};

}  // namespace weir::log
