// An engine for tests of the runtime: real workers over a folder of its own, or in memory. One thread.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "engine/runtime/engine.h"

namespace weir::test {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kDeadline{60};

// An engine over a folder of its own (removed at the end), or in memory.
class EngineUnderTest {
 public:
  explicit EngineUnderTest(std::string folder = "", std::map<std::string, std::string> properties = {})
      : folder_(std::move(folder)), properties_(std::move(properties)) {
    open();
  }
  void open() {
    EngineOptions options;
    if (!folder_.empty()) options.config.set("data.dir", folder_);
    options.config.set("auto.offset.reset", "earliest");
    options.config.set("num.threads", "2");
    for (const auto& [name, value] : properties_) options.config.set(name, value);
    engine_ = Engine::open(std::move(options));
  }
  void close() { engine_.reset(); }
  Engine& operator*() { return *engine_; }
  Engine* operator->() { return engine_.get(); }

  StatementResult run(const std::string& text) { return engine_->execute(*sql::parse_statement(text), session_); }
  void wait_until_caught_up() {
    const auto deadline = Clock::now() + kDeadline;
    while (!engine_->caught_up()) {
      REQUIRE(Clock::now() < deadline);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  std::vector<Row> rows(const std::string& query, size_t count) {
    const auto stream = run(query).rows;
    std::vector<Row> out;
    Row row;
    while (out.size() < count) {
      const auto state = stream->next(row, kDeadline);
      REQUIRE(state == RowStream::State::kRow);
      out.push_back(row);
    }
    stream->close();
    return out;
  }
  int64_t records_in(const std::string& topic, int partitions = 1) {
    int64_t sum = 0;
    for (int p = 0; p < partitions; ++p) sum += engine_->log().end_offset({topic, p});
    return sum;
  }
  void wait_for_records(const std::string& topic, int64_t count) {
    const auto deadline = Clock::now() + kDeadline;
    while (records_in(topic) < count) {
      REQUIRE(Clock::now() < deadline);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

 private:
  std::string folder_;
  std::map<std::string, std::string> properties_;
  std::unique_ptr<Engine> engine_;
  Session session_;
};

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("weir-engine-" + std::to_string(::getpid()) + "-" + std::to_string(next_++))) {}
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_.string(); }

 private:
  inline static std::atomic<int> next_{0};
  std::filesystem::path path_;
};

// Files below `folder` whose names end with `ending`.
inline size_t files_ending(const std::string& folder, const std::string& ending) {
  size_t count = 0;
  std::error_code gone;  // files come and go while the engine runs
  for (std::filesystem::recursive_directory_iterator at(folder, gone), end; !gone && at != end; at.increment(gone)) {
    count += at->path().string().ends_with(ending);
  }
  return count;
}

inline std::string refusal(EngineUnderTest& engine, const std::string& text) {
  try {
    engine.run(text);
  } catch (const StatementError& e) {
    return e.what();
  }
  return "";
}

}  // namespace weir::test
