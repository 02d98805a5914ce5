// What is left after kill -9. The writer is this program again, running the case "log crash writer" only.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "log_fixture.h"
#include "storage/log/embedded_log.h"

namespace weir::log::test {

namespace {

constexpr const char* kCrashDirectoryVariable = "WEIR_LOG_CRASH_DIRECTORY";
const std::vector<TopicPartition> kCrashPartitions = {{"left", 0}, {"left", 1}, {"right", 0}};

// How many records transaction `n` appends to partition `p`; a function of its number, so that both sides know it.
int crash_records(int64_t n, size_t p) { return static_cast<int>((n * 7 + static_cast<int64_t>(p) * 3) % 4); }

EmbeddedLogOptions crash_options(const std::string& path) {
  EmbeddedLogOptions options;
  options.path = path;
  options.write_buffer_bytes = 1 << 20;  // so that flushes are killed too
  options.recent_cache_bytes = 10000;
  options.maintenance_interval = std::chrono::milliseconds(0);
  return options;
}

// Starts the writer; returns its process and the end of a pipe that gets a byte for each commit.
std::pair<pid_t, int> start_crash_writer() {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 3);
  if (pipe_ends[0] != 3) posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  std::string program = "/proc/self/exe";
  std::string only = "--test-case=log crash writer";
  std::string no_skip = "--no-skip=true";
  std::string minimal = "--minimal=true";
  char* arguments[] = {program.data(), only.data(), no_skip.data(), minimal.data(), nullptr};
  pid_t child = 0;
  REQUIRE(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  return {child, pipe_ends[0]};
}

// Checks that exactly the first n transactions are there, for the n that the group's offset tells, and returns n.
int64_t check_after_crash(EmbeddedLog& log) {
  const auto committed = log.committed_offset("crash", kCrashPartitions[0]);
  const int64_t transactions = committed ? committed->offset : 0;
  for (size_t p = 0; p < kCrashPartitions.size(); ++p) {
    const auto records = read_all(log, kCrashPartitions[p]);
    size_t next = 0;
    bool right = true;
    for (int64_t n = 0; n < transactions; ++n) {
      for (int i = 0; i < crash_records(n, p); ++i, ++next) {
        right = right && next < records.size() && records[next].offset == static_cast<int64_t>(next) &&
                records[next].key == std::to_string(n);
      }
    }
    CHECK(right);
    CHECK(records.size() == next);
    CHECK(log.end_offset(kCrashPartitions[p]) == static_cast<int64_t>(next));
  }
  return transactions;
}

}  // namespace

TEST_CASE("log crash writer" * doctest::skip()) {
  const char* directory = std::getenv(kCrashDirectoryVariable);
  if (directory == nullptr) return;
  EmbeddedLog log(crash_options(directory));
  const auto committed = log.committed_offset("crash", kCrashPartitions[0]);
  const auto transaction = log.open_transaction("t");
  for (int64_t n = committed ? committed->offset : 0;; ++n) {
    const std::string key = std::to_string(n);
    for (size_t p = 0; p < kCrashPartitions.size(); ++p) {
      for (int i = 0; i < crash_records(n, p); ++i) {
        const std::string value(static_cast<size_t>(n * 131 % 6000), static_cast<char>('a' + n % 26));
        append(*transaction, kCrashPartitions[p].topic, kCrashPartitions[p].partition, {key, value, n});
      }
    }
    transaction->commit_offset("crash", kCrashPartitions[0], {n + 1, ""});
    transaction->commit();
    if (::write(3, "c", 1) != 1) return;
    if (n % 50 == 49) log.maintain_now(n);  // merging of blocks is killed too
  }
}

TEST_CASE("after kill -9 exactly the committed transactions are there") {
  const TemporaryDirectory directory;
  {
    EmbeddedLog log(crash_options(directory.path()));
    TopicConfig two;
    two.partitions = 2;
    log.create_topic("left", two);
    log.create_topic("right", {});
  }
  ::setenv(kCrashDirectoryVariable, directory.path().c_str(), 1);
  std::mt19937 random(std::random_device{}());
  int64_t before = 0;
  for (int round = 0; round < 8; ++round) {
    const auto [child, commits] = start_crash_writer();
    const auto wanted = static_cast<int64_t>(random() % 300 + 1);
    int64_t seen = 0;
    char byte;
    while (seen < wanted && ::read(commits, &byte, 1) == 1) ++seen;
    REQUIRE(seen == wanted);
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    while (::read(commits, &byte, 1) == 1) ++seen;
    ::close(commits);
    EmbeddedLog log(crash_options(directory.path()));
    const int64_t after = check_after_crash(log);
    CHECK(after >= before + seen);      // what was acknowledged
    CHECK(after <= before + seen + 1);  // and at most the one that was under way
    before = after;
  }
  ::unsetenv(kCrashDirectoryVariable);
}

}  // namespace weir::log::test
