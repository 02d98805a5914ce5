#include "engine/runtime/worker.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <future>

namespace weir {

struct Worker::Signal {
  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  bool stopping = false;
  std::deque<std::function<void()>> commands;

  void wake() {
    {
      std::lock_guard lock(mutex);
      woken = true;
    }
    changed.notify_one();
  }
};

Worker::Worker(const RuntimeServices& services)
    : services_(services), signal_(std::make_shared<Signal>()), thread_([this] { run(); }) {}

Worker::~Worker() {
  {
    std::lock_guard lock(signal_->mutex);
    signal_->stopping = true;
  }
  signal_->changed.notify_one();
  thread_.join();
}

std::function<void()> Worker::waker() const {
  return [signal = signal_] { signal->wake(); };
}

void Worker::execute(std::function<void()> command) {
  std::promise<void> done;
  {
    std::lock_guard lock(signal_->mutex);
    signal_->commands.emplace_back([&] {
      command();
      done.set_value();
    });
  }
  signal_->changed.notify_one();
  done.get_future().wait();
}

void Worker::add(std::shared_ptr<const QueryDefinition> query, std::vector<TaskPlace> places) {
  execute(
      [&] { units_.push_back(std::make_unique<QueryUnit>(std::move(query), std::move(places), services_, waker())); });
}

void Worker::remove(const std::string& query_id) {
  execute([&] {
    std::erase_if(units_, [&](const std::unique_ptr<QueryUnit>& unit) {
      if (unit->query().id != query_id) return false;
      unit->close();
      return true;
    });
  });
}

void Worker::run() {
  while (true) {
    std::deque<std::function<void()>> commands;
    {
      std::lock_guard lock(signal_->mutex);
      if (signal_->stopping) break;
      signal_->woken = false;
      commands.swap(signal_->commands);
    }
    for (auto& command : commands) command();
    bool busy = false;
    int64_t due = INT64_MAX;
    const int64_t now = services_.tasks.clock();
    // A push query ends when its client has had enough.
    std::erase_if(units_, [](const std::unique_ptr<QueryUnit>& unit) {
      if (!unit->query().transient || !unit->query().client->closed()) return false;
      unit->close();
      return true;
    });
    for (auto& unit : units_) {
      busy = unit->step(now) || busy;
      due = std::min(due, unit->next_due_ms());
    }
    if (busy) continue;
    std::unique_lock lock(signal_->mutex);
    const auto ready = [&] { return signal_->woken || signal_->stopping || !signal_->commands.empty(); };
    if (due == INT64_MAX) {
      signal_->changed.wait(lock, ready);
    } else {
      signal_->changed.wait_for(lock, std::chrono::milliseconds(std::max<int64_t>(1, due - now)), ready);
    }
  }
  for (auto& unit : units_) unit->close();
  units_.clear();
}

WorkerPool::WorkerPool(int threads, const RuntimeServices& services) {
  for (int i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>(services));
}

void WorkerPool::start(const std::shared_ptr<const QueryDefinition>& query) {
  if (workers_.empty()) return;  // somebody else drives the queries
  std::vector<std::vector<TaskPlace>> places(workers_.size());
  const size_t shift = std::hash<std::string>{}(query->id);
  for (const Stage& stage : query->stages) {
    for (int32_t partition = 0; partition < query->stage_partitions[stage.index]; ++partition) {
      places[(shift + partition) % workers_.size()].push_back({stage.index, partition});
    }
  }
  for (size_t i = 0; i < workers_.size(); ++i) {
    if (!places[i].empty()) workers_[i]->add(query, std::move(places[i]));
  }
}

std::function<void()> WorkerPool::waker() const {
  std::vector<std::function<void()>> wakers;
  for (const auto& worker : workers_) wakers.push_back(worker->waker());
  return [wakers = std::move(wakers)] {
    for (const auto& wake : wakers) wake();
  };
}

void WorkerPool::stop(const std::string& query_id) {
  for (auto& worker : workers_) worker->remove(query_id);
}

}  // namespace weir
