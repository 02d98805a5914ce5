// A thread that runs lanes: it goes round them while there is work and sleeps while there is none. Owned by the
// WorkerPool; its public functions may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/runtime/lane.h"

namespace weir {

class Worker {
 public:
  Worker(const RuntimeServices& services, int32_t number);
  ~Worker();  // closes the lanes: commits and checkpoints what is done

  // The lane of the persistent queries, whose work belongs to `group`. Waits for the log. Throws LogError.
  void open_lane(log::SlotGroup& group);
  void add(const std::shared_ptr<const QueryDefinition>& query, std::vector<TaskPlace> places);
  // Returns when the query's unit here is closed. `forget`: it is ended for good.
  void remove(const std::string& query_id, bool forget);
  // See Lane::end_without_topic.
  void end_without_topic(const std::string& query_id, const std::string& topic, const std::string& reason);
  // Returns when the work on these slots is let go of: see Lane::release.
  void release(const std::set<int32_t>& slots, bool lost);
  // Wakes the worker; may be called by any thread, also when the worker has ended.
  std::function<void()> waker() const;

 private:
  struct Signal;  // outlives the worker in the wake-up callbacks
  void run();
  void execute(std::function<void()> command);  // on the worker's thread; returns when done, throws what it throws

  const RuntimeServices& services_;
  const int32_t number_;
  std::shared_ptr<Signal> signal_;
  std::unique_ptr<Lane> lane_;
  std::vector<std::unique_ptr<Lane>> push_lanes_;
  std::thread thread_;
};

}  // namespace weir
