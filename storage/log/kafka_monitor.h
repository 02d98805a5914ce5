// What librdkafka says on the side, as events of the log: brokers that went away and came back, and errors that belong
// to no call. Owned by the log and all its handles together, since a handle may outlive the log by the records that a
// query still holds. Any thread, librdkafka's own included.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "storage/log/log.h"

namespace weir::log {

class KafkaMonitor {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;
  using Sink = std::function<void(const LogEvent&)>;

  // `sink` gets the events until detach(); it may be called from any thread.
  explicit KafkaMonitor(Sink sink, Now now = Clock::now) : now_(std::move(now)), sink_(std::move(sink)) {}

  // On return no event is being delivered, and none will be. Called by the log as it ends.
  void detach();

  // A line that librdkafka would log; `level` as syslog has it.
  void log_line(int level, std::string_view facility, std::string_view text);

  // `role` is what librdkafka calls the broker when its address isn't known to be what changed: "TxnCoordinator".
  void broker_up(const std::string& address, const std::string& role);

  // An error that no call can report. The same text is reported at most every ten seconds.
  void error(const std::string& message);

 private:
  struct Outage {
    Clock::time_point since;
    Clock::time_point reported;
    bool bootstrap = false;  // only the address that was configured, perhaps another name of a known broker
    std::string role;        // of the broker, when it was connected to by that
  };

  void broker_failed(std::string_view text);
  void deliver(LogEvent::Kind kind, std::string message);

  const Now now_;
  std::mutex mutex_;
  std::map<std::string, Outage> outages_;  // by address
  bool any_up_ = false;
  std::map<std::string, Clock::time_point> reported_errors_;
  std::shared_mutex sink_mutex_;
  Sink sink_;
};

}  // namespace weir::log
