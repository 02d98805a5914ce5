#include "engine/runtime/worker.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>

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

Worker::Worker(const RuntimeServices& services, int32_t number)
    : services_(services), number_(number), signal_(std::make_shared<Signal>()), thread_([this] { run(); }) {}

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
  std::packaged_task<void()> task(std::move(command));
  std::future<void> done = task.get_future();
  {
    std::lock_guard lock(signal_->mutex);
    signal_->commands.emplace_back([&] { task(); });
  }
  signal_->changed.notify_one();
  done.get();
}

void Worker::open_lane(log::SlotGroup& group) {
  execute([&] {
    if (!lane_) lane_ = std::make_unique<Lane>(services_, &group, number_, waker());
    lane_->open();
  });
}

void Worker::add(const std::shared_ptr<const QueryDefinition>& query, std::vector<TaskPlace> places) {
  execute([&] {
    if (!query->transient) return lane_->add(query, places);
    push_lanes_.push_back(std::make_unique<Lane>(services_, nullptr, number_, waker()));
    push_lanes_.back()->add(query, places);
  });
}

void Worker::remove(const std::string& query_id, bool forget) {
  execute([&] {
    if (lane_) lane_->remove(query_id, forget);
    for (const auto& lane : push_lanes_) lane->remove(query_id, forget);
  });
}

void Worker::end_without_topic(const std::string& query_id, const std::string& topic, const std::string& reason) {
  execute([&] {
    if (lane_) lane_->end_without_topic(query_id, topic, reason);
  });
}

void Worker::release(const std::set<int32_t>& slots, bool lost) {
  execute([&] {
    if (lane_) lane_->release(slots, lost);
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
    // A push query ends when its client has had enough.
    std::erase_if(push_lanes_, [](const std::unique_ptr<Lane>& lane) {
      if (!lane->is_over()) return false;
      lane->close();
      return true;
    });
    bool busy = false;
    int64_t due = INT64_MAX;
    const int64_t now = services_.tasks.clock();
    const auto step = [&](Lane& lane) {
      busy = lane.step(now) || busy;
      due = std::min(due, lane.next_due_ms());
    };
    if (lane_) step(*lane_);
    for (const auto& lane : push_lanes_) step(*lane);
    if (busy) continue;
    std::unique_lock lock(signal_->mutex);
    const auto ready = [&] { return signal_->woken || signal_->stopping || !signal_->commands.empty(); };
    if (due == INT64_MAX) {
      signal_->changed.wait(lock, ready);
    } else {
      signal_->changed.wait_for(lock, std::chrono::milliseconds(std::max<int64_t>(1, due - now)), ready);
    }
  }
  if (lane_) lane_->close();
  for (const auto& lane : push_lanes_) lane->close();
  push_lanes_.clear();
  lane_.reset();
}

}  // namespace weir
