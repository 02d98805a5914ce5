// kill -9 at any time: the directory must hold exactly the state of the commit that its meta names.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "state_model.h"
#include "tests/unit/temporary_directory.h"

extern char** environ;

using weir::state::StateEnvironment;
using weir::state::TaskState;
using weir::state::test::StateHarness;
using weir::test::TemporaryDirectory;

namespace {

constexpr const char* kCrashDirectory = "WEIR_STATE_CRASH_DIRECTORY";
constexpr const char* kCrashPipe = "WEIR_STATE_CRASH_PIPE";
constexpr uint32_t kCrashSeed = 4711;

StateHarness::Options crash_options(const std::string& directory) {
  StateHarness::Options options;
  options.directory = directory;
  options.state.in_memory = directory.empty();
  options.state.cache_bytes_per_task = 32u << 10;  // evicts, so that reads after a restart depend on the disk
  options.keys = 60;
  options.time_step = 1;
  return options;
}

// The history that every process repeats: it depends on the seed alone.
void crash_script_commit(StateHarness& harness) {
  const int64_t operations = harness.pick(1, 60);
  for (int64_t i = 0; i < operations; ++i) harness.operate();
  if (harness.chance(0.1)) harness.abort();
  harness.commit();
}

size_t commits_on_disk(const std::string& directory) {
  const auto state = TaskState::open(StateEnvironment::create({}), directory);
  return state->checkpoint_meta() ? std::stoul(*state->checkpoint_meta()) : 0;
}

pid_t start_crash_child(const std::string& directory, int pipe) {
  ::setenv(kCrashDirectory, directory.c_str(), 1);
  ::setenv(kCrashPipe, std::to_string(pipe).c_str(), 1);
  const char* arguments[] = {"test_storage_state", "--no-skip", "-tc=crash child", nullptr};
  pid_t child = 0;
  REQUIRE(::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, const_cast<char**>(arguments), environ) == 0);
  ::unsetenv(kCrashDirectory);
  ::unsetenv(kCrashPipe);
  return child;
}

// Waits until the child has written `count` bytes.
void await_crash_child(int pipe, int count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  char bytes[64];
  while (count > 0) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    pollfd ready{pipe, POLLIN, 0};
    if (::poll(&ready, 1, 1000) <= 0) continue;
    const ssize_t found = ::read(pipe, bytes, std::min<size_t>(static_cast<size_t>(count), sizeof bytes));
    REQUIRE(found > 0);  // 0: the child is gone
    count -= static_cast<int>(found);
  }
}

}  // namespace

TEST_CASE("crash child" * doctest::skip()) {
  const char* directory = std::getenv(kCrashDirectory);
  const char* pipe = std::getenv(kCrashPipe);
  if (directory == nullptr || pipe == nullptr) return;
  const size_t done = commits_on_disk(directory);
  StateHarness harness(crash_options(""), kCrashSeed);
  for (size_t i = 0; i < done + 3; ++i) crash_script_commit(harness);  // some of it is in the log only
  harness.move_to(crash_options(directory));
  for (int i = 0; i < 100'000; ++i) {
    crash_script_commit(harness);
    if (i % 2 == 0) continue;
    if (::write(std::atoi(pipe), "b", 1) != 1) std::abort();
    harness.checkpoint();
    if (::write(std::atoi(pipe), "e", 1) != 1) std::abort();
  }
}

TEST_CASE("a killed process leaves exactly the state of its last checkpoint") {
  const TemporaryDirectory directory;
  const std::string task = directory / "task";
  std::mt19937 random(17);
  StateHarness harness(crash_options(""), kCrashSeed);
  size_t before = 0;
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    REQUIRE(::fcntl(pipe[0], F_SETFD, FD_CLOEXEC) == 0);
    const pid_t child = start_crash_child(task, pipe[1]);
    ::close(pipe[1]);
    // In the midst of a checkpoint or between two of them.
    await_crash_child(pipe[0], static_cast<int>(random() % 25 + 1));
    ::usleep(random() % 3000);
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    ::close(pipe[0]);

    const size_t done = commits_on_disk(task);
    REQUIRE(done >= before);
    before = done;
    while (harness.commits() < done) crash_script_commit(harness);
    harness.check_directory(crash_options(task).state, task);
  }
  CHECK(before > 20);
}
