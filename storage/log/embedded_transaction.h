// A transaction on the embedded log: encodes records into a block for each partition as they come and hands the blocks
// to the log at commit. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/log/block_builder.h"
#include "storage/log/embedded_log.h"

namespace weir::log {

class EmbeddedTransaction : public LogTransaction {
 public:
  explicit EmbeddedTransaction(EmbeddedLog& log) : log_(log) {}

  void append(std::string_view topic, int32_t partition, const RecordView& record) override;
  void commit_offset(std::string_view group, const TopicPartition& partition, const CommittedOffset& offset) override;
  size_t pending_bytes() const override { return pending_bytes_; }
  bool empty() const override { return appended_.empty() && offsets_.empty(); }
  void commit(std::map<TopicPartition, int64_t>* end_offsets) override;
  void abort() override;

 private:
  struct PendingPartition : PartitionAppend {
    BlockBuilder builder;
    bool appended = false;
  };
  using PendingTopic = std::vector<std::unique_ptr<PendingPartition>>;
  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };
  using Topics = std::unordered_map<std::string, PendingTopic, NameHash, std::equal_to<>>;

  PendingPartition& pending(std::string_view topic, int32_t partition);
  void seal(PendingPartition& pending);
  void clear();

  EmbeddedLog& log_;
  Topics topics_;  // stays from one transaction to the next
  Topics::value_type* last_topic_ = nullptr;
  std::vector<PartitionAppend*> appended_;
  std::vector<OffsetCommit> offsets_;
  size_t pending_bytes_ = 0;
};

}  // namespace weir::log
