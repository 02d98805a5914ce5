// A transaction without atomicity: records are sent as they come, offsets are committed once all are acknowledged. What
// was sent before an abort, or a death, stays and is sent again. Owned by a task's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "storage/log/kafka_groups.h"
#include "storage/log/kafka_producer.h"
#include "storage/log/log.h"

namespace weir::log {

class KafkaAtLeastOnce : public LogTransaction {
 public:
  // The producer is made when there is something to append: many transactions never have (push queries).
  using MakeProducer = std::function<std::unique_ptr<KafkaProducer>()>;
  KafkaAtLeastOnce(MakeProducer make_producer, std::shared_ptr<KafkaGroups> groups)
      : make_producer_(std::move(make_producer)), groups_(std::move(groups)) {}

  void append(std::string_view topic, int32_t partition, const RecordView& record) override {
    if (!producer_) producer_ = make_producer_();
    producer_->append(topic, partition, record);
  }
  void commit_offset(std::string_view group, const TopicPartition& partition, const CommittedOffset& offset) override;
  size_t pending_bytes() const override { return producer_ ? producer_->pending_bytes() : 0; }
  bool empty() const override { return !has_records() && pending_offsets_.empty(); }
  void commit(std::map<TopicPartition, int64_t>* end_offsets) override;
  void abort() override;

 private:
  bool has_records() const { return producer_ && producer_->pending_records() > 0; }
  void start_over();

  const MakeProducer make_producer_;
  std::unique_ptr<KafkaProducer> producer_;
  const std::shared_ptr<KafkaGroups> groups_;
  std::map<std::string, KafkaGroupOffsets, std::less<>> pending_offsets_;  // by group
};

}  // namespace weir::log
