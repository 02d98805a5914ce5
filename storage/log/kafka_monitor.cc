#include "storage/log/kafka_monitor.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <vector>

namespace weir::log {

namespace {

constexpr std::chrono::seconds kRepeatAfter{10};
constexpr size_t kRememberedErrors = 256;

// The syslog levels that matter here.
constexpr int kSyslogWarning = 4;
constexpr int kSyslogInfo = 6;

struct BrokerFailure {
  std::string address;
  std::string reason;
  bool bootstrap = false;
  std::string role;
};

// librdkafka 2.0: "[thrd:NAME]: BROKER: REASON", where BROKER is [PROTOCOL://]HOST:PORT/(ID or "bootstrap"), or the
// role of a broker ("GroupCoordinator"), in which case its address follows as one more part.
BrokerFailure parse_broker_failure(std::string_view text) {
  const auto take_part = [&text] {
    const size_t end = text.find(": ");
    const std::string_view part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
    return part;
  };
  if (text.starts_with("[thrd:")) {
    const size_t end = text.find("]: ");
    text.remove_prefix(end == std::string_view::npos ? 0 : end + 3);
  }
  BrokerFailure failure;
  std::string_view broker = take_part();
  const bool has_address = broker.find(':') != std::string_view::npos;
  if (!has_address && text.find(": ") != std::string_view::npos) {
    failure.role = broker;
    broker = take_part();
  }
  const size_t protocol = broker.find("://");
  if (protocol != std::string_view::npos) broker.remove_prefix(protocol + 3);
  const size_t slash = broker.rfind('/');
  if (slash != std::string_view::npos) {
    failure.bootstrap = broker.substr(slash + 1) == "bootstrap";
    broker = broker.substr(0, slash);
  }
  failure.address = broker;
  failure.reason = text;
  return failure;
}

}  // namespace

void KafkaMonitor::detach() {
  const std::unique_lock lock(sink_mutex_);
  sink_ = nullptr;
}

void KafkaMonitor::deliver(LogEvent::Kind kind, std::string message) {
  const std::shared_lock lock(sink_mutex_);
  if (sink_) sink_({kind, std::move(message)});
}

void KafkaMonitor::log_line(int level, std::string_view facility, std::string_view text) {
  if (facility == "FAIL" && level <= kSyslogInfo) return broker_failed(text);
  // A property of the other kind of client; the user's properties go to all of them.
  if (facility == "CONFWARN" || level > kSyslogWarning) {
    spdlog::debug("librdkafka {}: {}", facility, text);
    return;
  }
  error(fmt::format("Kafka client: {}", text));
}

void KafkaMonitor::broker_failed(std::string_view text) {
  BrokerFailure failure = parse_broker_failure(text);
  const Clock::time_point now = now_();
  {
    const std::lock_guard lock(mutex_);
    // Once the cluster's own addresses are known, what happens to the configured one matters no more.
    if (failure.bootstrap && any_up_) return;
    const auto [found, fresh] =
        outages_.try_emplace(failure.address, Outage{now, now, failure.bootstrap, failure.role});
    if (!fresh && now - found->second.reported < kRepeatAfter) return;
    found->second.reported = now;
  }
  deliver(LogEvent::Kind::kDown, fmt::format("Kafka broker {} can't be reached: {}", failure.address, failure.reason));
}

void KafkaMonitor::broker_up(const std::string& address, const std::string& role) {
  std::vector<std::pair<std::string, std::chrono::seconds>> back;
  {
    const std::lock_guard lock(mutex_);
    any_up_ = true;
    for (auto outage = outages_.begin(); outage != outages_.end();) {
      const bool is_back = outage->first == address || outage->second.bootstrap ||
                           (!outage->second.role.empty() && outage->second.role == role);
      if (!is_back) {
        ++outage;
        continue;
      }
      back.emplace_back(outage->first, std::chrono::duration_cast<std::chrono::seconds>(now_() - outage->second.since));
      outage = outages_.erase(outage);
    }
  }
  for (const auto& [name, seconds] : back) {
    deliver(LogEvent::Kind::kUp, fmt::format("Kafka broker {} is back after {} s", name, seconds.count()));
  }
}

void KafkaMonitor::error(const std::string& message) {
  const Clock::time_point now = now_();
  {
    const std::lock_guard lock(mutex_);
    const auto [found, fresh] = reported_errors_.try_emplace(message, now);
    if (!fresh && now - found->second < kRepeatAfter) return;
    found->second = now;
    if (reported_errors_.size() > kRememberedErrors) {
      std::erase_if(reported_errors_, [&](const auto& entry) { return now - entry.second >= kRepeatAfter; });
    }
  }
  deliver(LogEvent::Kind::kError, message);
}

}  // namespace weir::log
