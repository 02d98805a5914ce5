// The servers of a service, as each tells the others through a compacted topic: one record for each, under its id,
// written at the start, on changes and as a heartbeat, and a tombstone when it stops. Who hasn't told anything for
// three of its heartbeats is expired; a day later it is forgotten. Owned by the engine, with a thread of its own; its
// public functions may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/runtime/background_thread.h"
#include "engine/runtime/server_info.h"
#include "storage/log/log.h"

namespace weir {

class ServerDirectory {
 public:
  struct Options {
    std::string topic;
    std::string server_id;
    std::chrono::milliseconds heartbeat_interval{5000};
    // What this server is to tell; the time is put in. Called on any thread.
    std::function<ServerInfo()> describe;
    std::function<int64_t()> clock_ms;  // wall clock
  };

  // Reads who is there and tells of this server. Throws log::LogError.
  ServerDirectory(std::shared_ptr<log::Log> log, Options options);
  ~ServerDirectory();  // tells that this server has stopped, if the log is there

  // Something that describe() gives has changed.
  void changed() { thread_->wake(); }
  // Calls describe() no more, and tells nothing until the destructor.
  void stop() { thread_.reset(); }
  // All that are known, this one included, by id.
  std::vector<ServerInfo> servers() const;
  // Waits until all others that are alive have applied the command log up to `position`, or for `patience`. True: they
  // have.
  bool await_commands(int64_t position, std::chrono::milliseconds patience);

 private:
  struct Known {
    ServerInfo info;
    int64_t seen_ms = 0;
  };

  void work();
  void read(std::chrono::milliseconds timeout);
  void take(const log::RecordView& record);
  void publish();
  void write(const std::string& id, const std::string* text);
  void forget_expired();
  bool is_alive(const Known& known) const;

  const std::shared_ptr<log::Log> log_;
  const Options options_;
  // The thread's own.
  std::unique_ptr<log::LogReader> reader_;
  std::unique_ptr<log::LogTransaction> writer_;
  bool caught_up_ = false;    // what is read now has just been written
  std::string published_;     // without the time
  int64_t published_ms_ = 0;  // 0: not since the last failure
  mutable std::mutex mutex_;
  std::condition_variable told_;
  std::map<std::string, Known> known_;
  std::unique_ptr<BackgroundThread> thread_;
};

}  // namespace weir
