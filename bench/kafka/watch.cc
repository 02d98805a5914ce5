#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "bench/kafka/kafka_client.h"
#include "bench/kafka/programs.h"

namespace weir::bench {

namespace {

using WatchClock = std::chrono::system_clock;
constexpr std::chrono::milliseconds kWatchInterval{50};

double unix_seconds(WatchClock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

struct ProcessUse {
  double cpu_seconds = 0;
  int64_t peak_kb = 0;
};

// Of all its threads, user and system. A process that is gone is an error: what it wrote last is not all.
ProcessUse process_use(int64_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  ProcessUse use;
  std::string text;
  std::getline(std::ifstream(folder + "/stat"), text);
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) throw std::runtime_error("the process has ended");
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  int64_t user = 0, system = 0;
  fields >> user >> system;
  use.cpu_seconds = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  std::ifstream status(folder + "/status");
  while (std::getline(status, text)) {
    if (text.starts_with("VmHWM:")) use.peak_kb = std::stoll(text.substr(6));
  }
  return use;
}

}  // namespace

void watch(const WatchOptions& options) {
  const ClientPtr consumer = make_consumer(options.brokers, {});
  int64_t seen = 0;
  WatchClock::time_point first, last = WatchClock::now();
  ProcessUse use;
  while (true) {
    const std::vector<int64_t> ends = committed_ends(consumer.get(), options.topic);
    const int64_t sum = std::accumulate(ends.begin(), ends.end(), int64_t{0});
    const WatchClock::time_point now = WatchClock::now();
    const ProcessUse current = process_use(options.pid);
    if (sum > seen) {
      if (seen == 0) first = now;
      seen = sum;
      last = now;
      use = current;
    }
    // Commit markers have offsets too, so that enough of them doesn't say yet that it is done.
    if (seen >= options.expect && now - last >= std::chrono::milliseconds(options.quiet_ms)) break;
    if (now - last >= std::chrono::seconds(options.stall_s)) {
      throw std::runtime_error(fmt::format("{} has {} of {} records, and none came for {} s", options.topic, seen,
                                           options.expect, options.stall_s));
    }
    std::this_thread::sleep_for(kWatchInterval);
  }
  fmt::print("{{\"first\":{:.3f},\"last\":{:.3f},\"cpu_s\":{:.2f},\"peak_rss_kb\":{}}}\n", unix_seconds(first),
             unix_seconds(last), use.cpu_seconds, use.peak_kb);
}

}  // namespace weir::bench
