// The slots of a service: what its processes share their work by. A slot belongs to one process at a time; who owns it
// runs every task that lies in it, and keeps how far those tasks have come. On Kafka the slots are the partitions of an
// internal topic, which Kafka's group protocol spreads over the processes; the embedded log has one process, which owns
// them all.
//
// Threads: SlotGroup may be used from any thread; its transactions as LogTransaction says.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/log/log.h"

namespace weir::log {

// Called from a thread of the group's own, one call at a time.
class SlotListener {
 public:
  virtual ~SlotListener() = default;
  // These belong to this process now; their positions can be had.
  virtual void slots_assigned(const std::vector<int32_t>& slots) = 0;
  // Another process is to get them as soon as this returns: their work is committed and let go of by then.
  virtual void slots_revoked(const std::vector<int32_t>& slots) = 0;
  // Another process may have them already. Their work is dropped as of the last commit; a commit would be refused.
  virtual void slots_lost(const std::vector<int32_t>& slots) = 0;
};

struct SlotGroupOptions {
  std::string service;  // names the group and its topic
  std::string process;  // unique among the service's processes
  bool stable = false;  // the process has the same name when it is started again: it gets its slots back at once
  int32_t slots = 64;   // as the service is first used; later the number that it was made with holds
  std::chrono::milliseconds longest_commit{10'000};  // the time a transaction may stay open
};

class SlotGroup {
 public:
  // Leaves the group: the slots are revoked first. What was opened through it must be gone by then.
  virtual ~SlotGroup() = default;

  virtual int32_t slots() const = 0;
  // Starts to take part: calls of the listener, which outlives the group, begin. Once.
  virtual void join(SlotListener& listener) = 0;
  // Lets go of all slots; no call of the listener comes after it. Once.
  virtual void leave() = 0;

  // A transaction of one of this process's workers. Its commit is refused (LogError::kUnavailable, nothing took effect)
  // when a slot whose position it has isn't this process's any more.
  virtual std::unique_ptr<LogTransaction> open_transaction(int32_t worker) = 0;
  // Reads the positions of slots of this process anew, once the outcome of every transaction with one of them is known:
  // after a commit of which it isn't. Throws LogError.
  virtual void settle(const std::vector<int32_t>& slots) = 0;
  // How far `owner` (a query) has come in `partition`, as the last committed transaction says. For a slot of another
  // process it may be some moments old.
  virtual std::optional<CommittedOffset> position(int32_t slot, const std::string& owner,
                                                  const TopicPartition& partition) = 0;
};

}  // namespace weir::log
