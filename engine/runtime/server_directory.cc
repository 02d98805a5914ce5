#include "engine/runtime/server_directory.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace weir {

namespace {

constexpr int64_t kMissedHeartbeats = 3;
constexpr int64_t kForgetAfterMs = int64_t{24} * 60 * 60 * 1000;
constexpr std::chrono::milliseconds kLookInterval{1000};  // for changes that nobody tells of
constexpr std::chrono::seconds kFirstReadPatience{30};
constexpr size_t kDirectoryRecords = 1024;

}  // namespace

ServerDirectory::ServerDirectory(std::shared_ptr<log::Log> log, Options options)
    : log_(std::move(log)), options_(std::move(options)) {
  log::TopicConfig config = log::internal_topic();
  config.cleanup = log::Cleanup::kCompact;
  log_->ensure_topic(options_.topic, config);
  const log::TopicPartition partition{options_.topic, 0};
  const int64_t end = log_->end_offset(partition);
  reader_ = log_->open_reader();
  // The reader may wake the thread before there is one.
  auto waker = std::make_shared<std::function<void()>>();
  auto waker_mutex = std::make_shared<std::mutex>();
  reader_->on_ready([waker, waker_mutex] {
    const std::lock_guard lock(*waker_mutex);
    if (*waker) (*waker)();
  });
  reader_->assign(partition, log_->begin_offset(partition));
  const auto deadline = std::chrono::steady_clock::now() + kFirstReadPatience;
  while (end > 0) {
    read(std::chrono::milliseconds(100));
    if (reader_->at_end(partition)) break;
    if (std::chrono::steady_clock::now() > deadline) {
      throw log::LogError(log::LogError::Kind::kTimeout, "Reading " + options_.topic + " makes no progress");
    }
  }
  caught_up_ = true;
  publish();
  thread_ =
      std::make_unique<BackgroundThread>(std::min(kLookInterval, options_.heartbeat_interval), [this] { work(); });
  const std::lock_guard lock(*waker_mutex);
  *waker = thread_->waker();
}

ServerDirectory::~ServerDirectory() {
  thread_.reset();
  if (published_ms_ == 0) return;  // the log is away: the heartbeats' end says it as well
  try {
    write(options_.server_id, nullptr);
  } catch (const std::exception& e) {
    spdlog::debug("the servers' topic can't be written: {}", e.what());
  }
}

void ServerDirectory::work() {
  try {
    read(std::chrono::milliseconds(0));
    publish();
    forget_expired();
  } catch (const std::exception& e) {
    published_ms_ = 0;
    writer_.reset();
    spdlog::debug("the servers' topic can't be used now: {}", e.what());
  }
}

void ServerDirectory::read(std::chrono::milliseconds timeout) {
  while (true) {
    const auto all = reader_->poll(timeout, kDirectoryRecords);
    if (all.empty()) break;
    for (const log::FetchedRecords& fetched : all) {
      for (const log::RecordView& record : fetched.records) take(record);
    }
    timeout = std::chrono::milliseconds(0);
  }
  told_.notify_all();
}

void ServerDirectory::take(const log::RecordView& record) {
  const std::string id(record.key.value_or(std::string_view{}));
  const std::lock_guard lock(mutex_);
  if (!record.value) {
    known_.erase(id);
    return;
  }
  try {
    ServerInfo info = server_info_from_json(std::string(*record.value));
    // Clocks differ: what has just arrived has just been told. What was there at the start may be old.
    const int64_t now = options_.clock_ms();
    const int64_t seen = caught_up_ ? now : std::min(now, info.heartbeat_ms);
    known_[id] = {std::move(info), seen};
  } catch (const std::invalid_argument& e) {
    spdlog::warn("{}: {}", options_.topic, e.what());
  }
}

void ServerDirectory::publish() {
  ServerInfo info = options_.describe();
  info.id = options_.server_id;
  info.heartbeat_interval_ms = options_.heartbeat_interval.count();
  info.heartbeat_ms = 0;
  std::string text = server_info_to_json(info);
  const int64_t now = options_.clock_ms();
  if (text == published_ && published_ms_ > 0 && now - published_ms_ < info.heartbeat_interval_ms &&
      now >= published_ms_)
    return;
  info.heartbeat_ms = now;
  const std::string dated = server_info_to_json(info);
  write(info.id, &dated);
  published_ = std::move(text);
  published_ms_ = now;
}

void ServerDirectory::write(const std::string& id, const std::string* text) {
  if (!writer_) writer_ = log_->open_transaction("");
  log::RecordView record;
  record.key = id;
  if (text) record.value = *text;
  record.timestamp = options_.clock_ms();
  writer_->append(options_.topic, 0, record);
  writer_->commit();
}

// Any server may do it: one that is back tells of itself anew.
void ServerDirectory::forget_expired() {
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, known] : known_) {
      if (options_.clock_ms() - known.seen_ms > kForgetAfterMs) gone.push_back(id);
    }
    for (const std::string& id : gone) known_.erase(id);
  }
  for (const std::string& id : gone) write(id, nullptr);
}

bool ServerDirectory::is_alive(const Known& known) const {
  return options_.clock_ms() - known.seen_ms <= kMissedHeartbeats * known.info.heartbeat_interval_ms;
}

std::vector<ServerInfo> ServerDirectory::servers() const {
  ServerInfo own = options_.describe();
  own.id = options_.server_id;
  own.heartbeat_interval_ms = options_.heartbeat_interval.count();
  own.heartbeat_ms = options_.clock_ms();
  std::vector<ServerInfo> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, known] : known_) {
    if (id == own.id) continue;
    out.push_back(known.info);
    out.back().alive = is_alive(known);
  }
  out.push_back(std::move(own));
  std::sort(out.begin(), out.end(), [](const ServerInfo& a, const ServerInfo& b) { return a.id < b.id; });
  return out;
}

bool ServerDirectory::await_commands(int64_t position, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return told_.wait_for(lock, patience, [&] {
    return std::all_of(known_.begin(), known_.end(), [&](const auto& entry) {
      return entry.first == options_.server_id || entry.second.info.commands >= position || !is_alive(entry.second);
    });
  });
}

}  // namespace weir
