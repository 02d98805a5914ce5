// This process as a member of a consumer group whose topic's partitions are slots: it consumes none of them, it is
// theirs that count. A thread of its own serves the group's rebalances (cooperative, sticky). Owned by the slot group.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "storage/log/kafka_handle.h"
#include "storage/log/slot_group.h"

namespace weir::log {

class KafkaMembership {
 public:
  struct Place {
    std::string group;
    std::string topic;
    std::string process;
    bool stable = false;  // a static member (KIP-345): a restart within the session's timeout moves nothing
  };
  // `take` is asked, on the membership's thread, to make newly assigned slots usable; false: not yet, ask again. Slots
  // that it took are told to the listener.
  using Take = std::function<bool(const std::vector<int32_t>&)>;

  KafkaMembership(Place place, std::shared_ptr<const KafkaProperties> properties,
                  std::shared_ptr<KafkaMonitor> monitor);
  ~KafkaMembership();

  void join(SlotListener& listener, Take take);
  void leave();

  // What a transaction's offsets are committed with. Throws kUnavailable when this process doesn't own all of `slots`.
  KafkaGroupMetadata metadata(const std::set<int32_t>& slots) const;
  bool owns(int32_t slot) const;

 private:
  void run();
  void take_assigned();
  void rebalance(rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions);
  void give_up(const std::vector<int32_t>& slots, bool lost);

  const Place place_;
  const std::shared_ptr<KafkaMonitor> monitor_;
  SlotListener* listener_ = nullptr;
  Take take_;
  std::set<int32_t> untaken_;  // assigned, not yet told to the listener; the thread's
  mutable std::mutex mutex_;
  std::set<int32_t> owned_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<KafkaHandle> handle_;
  bool assigned_ = false;  // if only an empty list; the thread's, then leave()'s
  std::thread thread_;
};

}  // namespace weir::log
