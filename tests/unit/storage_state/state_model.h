// A task's state next to a simple model of what it must contain, driven by a random generator: operations, commits,
// aborts, checkpoints, crashes. The changelog is kept in memory, as the log would keep it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "storage/state/state.h"

namespace weir::state::test {

struct ModelRow {
  std::string key;
  int64_t time;
  std::string value;
  bool operator==(const ModelRow&) const = default;
};

// What the stores hold, as plain containers.
struct Model {
  std::map<std::string, std::string> table;
  std::vector<ModelRow> joins;                                                // in the order of the puts
  std::map<std::pair<int64_t, std::string>, std::string> windows;             // (time, key)
  std::map<std::tuple<int64_t, std::string, int64_t>, std::string> sessions;  // (end, key, start)
  int64_t joins_time = INT64_MIN;
  int64_t windows_time = INT64_MIN;
  int64_t sessions_time = INT64_MIN;
};

inline constexpr int64_t kJoinRetention = 1000;
inline constexpr int64_t kWindowRetention = 500;
inline constexpr int64_t kSessionRetention = 700;

struct LoggedRecord {
  std::string store;
  std::string key;
  std::optional<std::string> value;
};

class StateHarness {
 public:
  struct Options {
    StateOptions state;
    std::string directory;
    size_t keys = 40;  // distinct ones, roughly
    size_t largest_value = 200;
    int64_t time_step = 3;  // stream time's advance for an operation, on average
  };

  StateHarness(const Options& options, uint32_t seed);

  // One random operation on a random store, also checked where it reads.
  void operate();
  void commit();
  void abort();
  void checkpoint();
  // Forgets everything but the directory and the log, opens again and replays the log's tail.
  void reopen();
  // The same in another place, which has a checkpoint of the same history or nothing.
  void move_to(const Options& options);
  // What `directory` has must be the model's state as it is now.
  void check_directory(const StateOptions& options, const std::string& directory) const;
  size_t commits() const { return commit_ends_.size() - 1; }
  // Opens a second state in memory and replays the whole log into it: must be what is committed.
  void check_full_restore();
  // Everything, compared with the model.
  void check();

  TaskState& state() { return *state_; }
  const Model& model() const { return model_; }
  std::vector<LoggedRecord>& log() { return log_; }
  std::string random_key();
  std::string random_value();
  bool chance(double p) { return std::bernoulli_distribution(p)(random_); }
  int64_t pick(int64_t from, int64_t to) { return std::uniform_int_distribution<int64_t>(from, to)(random_); }

 private:
  struct Stores {
    KeyValueStore* table = nullptr;
    WindowStore* joins = nullptr;
    WindowStore* windows = nullptr;
    SessionStore* sessions = nullptr;
  };
  static Stores declare(TaskState& state);
  static void check(const Model& model, Stores& stores);
  static void replay(TaskState& state, const std::vector<LoggedRecord>& log, size_t from);
  void open();
  void operate_table();
  void operate_joins();
  void operate_windows();
  void operate_sessions();
  int64_t random_time();

  Options options_;
  std::mt19937 random_;
  std::shared_ptr<StateEnvironment> environment_;
  std::unique_ptr<TaskState> state_;
  Stores stores_;
  Model model_;
  Model committed_;
  std::vector<LoggedRecord> log_;
  std::vector<size_t> commit_ends_{
      0};  // the log's size after each commit; the checkpoints' meta is the number of commits
  int64_t now_ = 10'000;
};

}  // namespace weir::state::test
