// The slots where a single process has them all, as on the embedded log: positions are the log's committed offsets.
#pragma once

#include "storage/log/slot_group.h"

namespace weir::log {

class SoleOwner : public SlotGroup {
 public:
  // `log` outlives the group.
  SoleOwner(Log& log, SlotGroupOptions options) : log_(log), options_(std::move(options)) {}
  ~SoleOwner() override { leave(); }

  int32_t slots() const override { return options_.slots; }
  void join(SlotListener& listener) override;
  void leave() override;
  std::unique_ptr<LogTransaction> open_transaction(int32_t worker) override;
  void settle(const std::vector<int32_t>&) override {}
  std::optional<CommittedOffset> position(int32_t, const std::string& owner, const TopicPartition& partition) override {
    return log_.committed_offset(owner, partition);
  }

 private:
  std::vector<int32_t> all() const;

  Log& log_;
  const SlotGroupOptions options_;
  SlotListener* listener_ = nullptr;
};

}  // namespace weir::log
