// A thread that runs query units: it goes round them while there is work and sleeps while there is none. Owned by the
// WorkerPool; its public functions may be called from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/runtime/query_unit.h"

namespace weir {

class Worker {
 public:
  explicit Worker(const RuntimeServices& services);
  ~Worker();  // closes the units: commits and checkpoints what is done

  void add(std::shared_ptr<const QueryDefinition> query, std::vector<TaskPlace> places);
  // Returns when the query's units here are closed.
  void remove(const std::string& query_id);
  // Wakes the worker; may be called by any thread, also when the worker has ended.
  std::function<void()> waker() const;

 private:
  struct Signal;  // outlives the worker in the wake-up callbacks
  void run();
  void execute(std::function<void()> command);  // on the worker's thread; returns when done

  const RuntimeServices& services_;
  std::shared_ptr<Signal> signal_;
  std::vector<std::unique_ptr<QueryUnit>> units_;
  std::thread thread_;
};

class WorkerPool {
 public:
  WorkerPool(int threads, const RuntimeServices& services);

  // Spreads the query's tasks over the workers: equal partition numbers of all stages to one worker.
  void start(const std::shared_ptr<const QueryDefinition>& query);
  void stop(const std::string& query_id);
  // Wakes all workers; may be called by any thread, also when the pool is gone: it doesn't keep it alive, because a
  // worker's own thread can't end it.
  std::function<void()> waker() const;

 private:
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace weir
