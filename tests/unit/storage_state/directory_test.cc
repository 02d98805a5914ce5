// What a state does with the directories it may meet.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "state_model.h"
#include "tests/unit/temporary_directory.h"

namespace fs = std::filesystem;
using weir::state::StateEnvironment;
using weir::state::StateError;
using weir::state::StateOptions;
using weir::state::TaskState;
using weir::state::WindowStore;
using weir::test::TemporaryDirectory;

namespace {

// A checkpoint with all kinds of stores and the meta "seven".
void write_checkpoint(const std::string& directory) {
  const auto state = TaskState::open(StateEnvironment::create({}), directory);
  auto& table = state->key_value("table");
  auto& joins = state->window("joins", {1000, true});
  auto& windows = state->window("windows", {1000, false});
  auto& sessions = state->session("sessions", 1000);
  for (int i = 0; i < 500; ++i) {
    const std::string key = "key" + std::to_string(i);
    table.put(key, std::string(100, 't'));
    joins.put(key, i, std::string(100, 'j'));
    windows.put(key, i / 10 * 10, std::string(100, 'w'));
    sessions.put(key, i, i + 5, std::string(100, 's'));
  }
  state->committed();
  state->checkpoint("seven");
}

size_t count_everything(TaskState& state) {
  auto& table = state.key_value("table");
  auto& joins = state.window("joins", {1000, true});
  auto& windows = state.window("windows", {1000, false});
  auto& sessions = state.session("sessions", 1000);
  size_t rows = 0;
  table.scan({}, {},
             [&](std::string_view, std::string_view value) { return rows += value == std::string(100, 't'), true; });
  joins.fetch_all(INT64_MIN, INT64_MAX, [&](std::string_view, int64_t, std::string_view value) {
    return rows += value == std::string(100, 'j'), true;
  });
  windows.fetch_all(INT64_MIN, INT64_MAX, [&](std::string_view, int64_t, std::string_view value) {
    return rows += value == std::string(100, 'w'), true;
  });
  sessions.find_ended(INT64_MAX, [&](std::string_view, int64_t, int64_t, std::string_view value) {
    return rows += value == std::string(100, 's'), true;
  });
  return rows;
}

void flip_byte(const fs::path& path, uintmax_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(at));
  file.put(static_cast<char>(byte ^ 0x55));
}

std::vector<fs::path> files_with(const std::string& directory, const std::string& part) {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().filename().string().find(part) != std::string::npos) files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const StateError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("meta and rows are found again, and nothing where there is nothing") {
  const TemporaryDirectory directory;
  {
    const auto state = TaskState::open(StateEnvironment::create({}), directory / "task");
    CHECK(!state->checkpoint_meta());
    CHECK(!fs::exists(directory / "task"));  // made by the first checkpoint
  }
  write_checkpoint(directory / "task");
  const auto state = TaskState::open(StateEnvironment::create({}), directory / "task");
  CHECK(state->checkpoint_meta() == "seven");
  CHECK(count_everything(*state) == 2000);
  CHECK(state->store_names() == std::vector<std::string>{"table", "joins", "windows", "sessions"});
}

TEST_CASE("fsync changes nothing but the speed") {
  const TemporaryDirectory directory;
  StateOptions options;
  options.sync = true;
  {
    const auto state = TaskState::open(StateEnvironment::create(options), directory / "task");
    state->key_value("table").put("a", "b");
    state->committed();
    state->checkpoint(std::string("\0meta", 5));
  }
  const auto state = TaskState::open(StateEnvironment::create(options), directory / "task");
  CHECK(state->checkpoint_meta() == std::string("\0meta", 5));
  CHECK(state->key_value("table").get("a") == "b");
}

TEST_CASE("a task without stores keeps its meta") {
  const TemporaryDirectory directory;
  for (int i = 0; i < 3; ++i) {
    const auto state = TaskState::open(StateEnvironment::create({}), directory / "task");
    CHECK(state->checkpoint_meta() == (i == 0 ? std::nullopt : std::optional(std::to_string(i - 1))));
    state->checkpoint(std::to_string(i));
  }
}

TEST_CASE("a directory that is damaged is found out and starts anew, and never has wrong rows") {
  const TemporaryDirectory directory;
  const std::string task = directory / "task";
  const auto damage = [&](const std::string& what, const std::function<void()>& how) {
    CAPTURE(what);
    fs::remove_all(task);
    write_checkpoint(task);
    how();
    size_t rows = 0;
    bool failed = false;
    bool found = false;
    try {
      const auto state = TaskState::open(StateEnvironment::create({}), task);
      found = state->checkpoint_meta().has_value();
      rows = count_everything(*state);
    } catch (const StateError&) {
      failed = true;
    }
    const bool whole = found && rows == 2000;
    const bool anew = !found && rows == 0;
    CHECK((failed || whole || anew));
    // Next time it works again.
    const auto state = TaskState::open(StateEnvironment::create({}), task);
    CHECK(state->checkpoint_meta().has_value() == (!failed && whole));
    CHECK(count_everything(*state) == (!failed && whole ? 2000 : 0));
    state->key_value("after").put("a", "b");
    state->committed();
    state->checkpoint("eight");
  };

  write_checkpoint(task);
  const size_t tables = files_with(task, ".sst").size();
  CHECK(tables == 5);  // four stores and the metadata
  for (size_t i = 0; i < tables; ++i) {
    damage("a missing table " + std::to_string(i), [&] { fs::remove(files_with(task, ".sst").at(i)); });
    damage("a truncated table " + std::to_string(i), [&] {
      const fs::path file = files_with(task, ".sst").at(i);
      fs::resize_file(file, fs::file_size(file) / 2);
    });
    for (int part = 0; part < 8; ++part) {
      damage("a flipped bit in table " + std::to_string(i), [&] {
        const fs::path file = files_with(task, ".sst").at(i);
        flip_byte(file, fs::file_size(file) * static_cast<size_t>(part) / 8);
      });
    }
  }
  damage("a missing manifest", [&] { fs::remove(files_with(task, "MANIFEST").at(0)); });
  damage("a missing CURRENT", [&] { fs::remove(task + "/CURRENT"); });
  damage("an empty CURRENT", [&] { fs::resize_file(task + "/CURRENT", 0); });
  damage("a damaged manifest", [&] { flip_byte(files_with(task, "MANIFEST").at(0), 40); });
  damage("only a LOCK", [&] {
    for (const auto& file : fs::directory_iterator(task)) {
      if (file.path().filename() != "LOCK") fs::remove(file.path());
    }
  });
}

TEST_CASE("a directory with other things in it is left alone") {
  const TemporaryDirectory directory;
  const std::string task = directory / "task";
  fs::create_directories(task);
  std::ofstream(task + "/thesis.txt") << "two years of work";
  const std::string message = message_of([&] { TaskState::open(StateEnvironment::create({}), task); });
  CHECK(message.find("thesis.txt") != std::string::npos);
  CHECK(message.find(task) != std::string::npos);
  CHECK(fs::exists(task + "/thesis.txt"));
}

TEST_CASE("a directory that is in use is left alone") {
  const TemporaryDirectory directory;
  const std::string task = directory / "task";
  write_checkpoint(task);
  const auto state = TaskState::open(StateEnvironment::create({}), task);
  CHECK(message_of([&] { TaskState::open(StateEnvironment::create({}), task); }).find("in use") != std::string::npos);
  CHECK(count_everything(*state) == 2000);
}

TEST_CASE("a store that changes its kind is refused, one that the plan drops is gone") {
  const TemporaryDirectory directory;
  const std::string task = directory / "task";
  write_checkpoint(task);
  {
    const auto state = TaskState::open(StateEnvironment::create({}), task);
    const std::string message = message_of([&] { state->window("table", {1000, true}); });
    CHECK(message.find("'table'") != std::string::npos);
    CHECK(message.find("key-value") != std::string::npos);
  }
  {
    const auto state = TaskState::open(StateEnvironment::create({}), task);
    auto& table = state->key_value("table");
    table.put("new", "row");
    state->committed();
    state->checkpoint("eight");
    CHECK(table.get("key7"));
  }
  const auto state = TaskState::open(StateEnvironment::create({}), task);
  CHECK(state->checkpoint_meta() == "eight");
  CHECK(state->key_value("table").get("key7"));
  size_t rows = 0;
  state->window("joins", {1000, true}).fetch_all(0, 10'000, [&](std::string_view, int64_t, std::string_view) {
    return ++rows, true;
  });
  CHECK(rows == 0);
}

TEST_CASE("a checkpoint that can't be written leaves the one before") {
  const TemporaryDirectory directory;
  const std::string task = directory / "task";
  write_checkpoint(task);
  const auto state = TaskState::open(StateEnvironment::create({}), task);
  auto& table = state->key_value("table");
  auto& joins = state->window("joins", {1000, true});
  table.put("new", "row");
  joins.put("new", 600, "row");
  CHECK(message_of([&] { state->checkpoint("eight"); }).find("not committed") != std::string::npos);
  state->committed();
  fs::create_directories(task + "/ingest-0.sst");  // in the way of the first file
  CHECK(message_of([&] { state->checkpoint("eight"); }).find(task) != std::string::npos);
  fs::remove(task + "/ingest-0.sst");
  size_t rows = 0;
  joins.fetch("new", 0, 1000, [&](int64_t, std::string_view) { return ++rows, true; });
  CHECK(rows == 1);
  state->checkpoint("nine");
  joins.fetch("new", 0, 1000, [&](int64_t, std::string_view) { return ++rows, true; });
  CHECK(rows == 2);
  CHECK(table.get("new") == "row");
}

TEST_CASE("rows that expire give their space back, and small runs are merged") {
  const TemporaryDirectory directory;
  const std::string task = directory / "task";
  StateOptions options;
  options.cache_bytes_per_task = 64u << 10;
  const auto state = TaskState::open(StateEnvironment::create(options), task);
  WindowStore& joins = state->window("joins", {10'000, true});
  size_t most_files = 0;
  uintmax_t most_bytes = 0;
  int64_t time = 0;
  for (int round = 0; round < 400; ++round) {
    for (int i = 0; i < 50; ++i, time += 2) joins.put("key" + std::to_string(time % 400), time, std::string(200, 'v'));
    state->committed();
    state->checkpoint("meta");
    const auto files = files_with(task, ".sst");
    most_files = std::max(most_files, files.size());
    uintmax_t bytes = 0;
    for (const fs::path& file : files) {
      std::error_code gone;  // a compaction may be at work
      const uintmax_t size = fs::file_size(file, gone);
      if (!gone) bytes += size;
    }
    most_bytes = std::max(most_bytes, bytes);
    if (round % 20 != 19) continue;
    size_t found = 0;
    joins.fetch_all(INT64_MIN, INT64_MAX, [&](std::string_view, int64_t, std::string_view) { return ++found, true; });
    REQUIRE(found == static_cast<size_t>(std::min<int64_t>(time, 10'000) / 2));
  }
  CHECK(most_files < 200);  // of 400 checkpoints, 100 of which are live
  // RocksDB deletes replaced files in the background.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (files_with(task, ".sst").size() >= 60 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(files_with(task, ".sst").size() < 60);
  CHECK(most_bytes < (4u << 20));  // 1.3 MB are live, 5 MB were written
}
