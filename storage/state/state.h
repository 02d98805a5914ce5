// A task's state: key-value, window and session stores, below a write-back cache in the task's memory, above one
// RocksDB database in the task's directory. Bytes only; encodings of keys and rows belong to the operators.
//
// Three times are kept apart (docs/architecture.md):
//   record      put/remove change the cache; reads see the cache first.
//   commit      take_changelog() hands out what changed since the last commit; the runtime puts it into the log's
//               transaction with outputs and offsets; then committed() or, when the transaction failed, aborted(),
//               which drops those changes.
//   checkpoint  checkpoint(meta) writes all that is committed to RocksDB in one atomic step together with `meta` (the
//               runtime's input and changelog offsets and stream time), WAL off. Only on a commit's boundary. So the
//               disk always holds exactly the state of some commit; after a crash only the changelog's tail since then
//               is replayed by restore().
//
// One thread at a time (the task's), except StateEnvironment, which all tasks of a process share.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weir::state {

class StateError : public std::runtime_error {
 public:
  // kDisk: the disk doesn't do what it is asked (full, no permission); it may later. kDamaged: what is on it isn't what
  // was written; the next open starts anew. Neither loses anything: the changelogs have it all. kOther: trying again
  // doesn't help.
  enum class Kind { kOther, kDisk, kDamaged };
  explicit StateError(const std::string& message, Kind kind = Kind::kOther)
      : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// One for each process: the block cache and the write-buffer budget of all stores. Thread-safe.
struct StateOptions {
  size_t block_cache_bytes = 32u << 20;
  size_t write_buffer_bytes = 32u << 20;
  size_t cache_bytes = 512u << 20;          // write-back caches and resident window segments of all tasks together
  size_t cache_bytes_per_task = 48u << 20;  // … and at most this much of one task
  // fsync checkpoints. Without it they survive the death of the process; a power cut may cost a rebuild from the
  // changelog.
  bool sync = false;
  bool in_memory = false;  // no files: transient queries and tests; checkpoint() does nothing
};
class StateEnvironment {
 public:
  static std::shared_ptr<StateEnvironment> create(const StateOptions& options);
  virtual ~StateEnvironment() = default;
  virtual const StateOptions& options() const = 0;
  virtual size_t memory_used() const = 0;  // block cache and memtables, bytes
};

// One record for a store's changelog topic. Key-value stores: key and value (nullopt: removed), for a compacted topic.
// Window and session stores with retention may pack many rows into one record.
struct ChangelogRecord {
  std::string_view key;
  std::optional<std::string_view> value;
  int64_t timestamp = 0;
};

// Unordered point access and ordered scans (bytewise key order).
class KeyValueStore {
 public:
  virtual ~KeyValueStore() = default;
  // The view is valid until the next call on the store.
  virtual std::optional<std::string_view> get(std::string_view key) = 0;
  // Many at once; values are copied into `arena_out` and views into it returned, in the keys' order.
  virtual void multi_get(const std::vector<std::string_view>& keys, std::string& arena_out,
                         std::vector<std::optional<std::string_view>>& values) = 0;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void remove(std::string_view key) = 0;
  // Ascending over [from, to); an empty `to` is the end. The visitor returns false to stop; it must not change the
  // store.
  virtual void scan(std::string_view from, std::string_view to,
                    const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;
  virtual uint64_t approximate_entries() const = 0;
};

struct WindowStoreOptions {
  int64_t retention_ms = 0;        // rows older than stream time - retention are gone
  bool retain_duplicates = false;  // joins: every put adds a row, also for an equal (key, timestamp)
};
// Rows by key and time. Time advances with the puts and advance_time(); what has expired is dropped by segments and is
// not visible even before that.
class WindowStore {
 public:
  virtual ~WindowStore() = default;
  // A row that is already expired (time <= observed time - retention) is not stored: false. Its own time counts as
  // observed.
  virtual bool put(std::string_view key, int64_t time, std::string_view value) = 0;
  virtual void remove(std::string_view key, int64_t time) = 0;                          // without duplicates only
  virtual std::optional<std::string_view> get(std::string_view key, int64_t time) = 0;  // without duplicates only
  // The key's rows with from <= time <= to, ascending by time, equal times in the order of the puts. The visitor
  // returns false to stop and must not change the store.
  virtual void fetch(std::string_view key, int64_t from, int64_t to,
                     const std::function<bool(int64_t time, std::string_view value)>& visit) = 0;
  // Every key's rows with from <= time <= to, ascending by (time, key).
  virtual void fetch_all(
      int64_t from, int64_t to,
      const std::function<bool(std::string_view key, int64_t time, std::string_view value)>& visit) = 0;
  virtual void advance_time(int64_t stream_time) = 0;
  virtual int64_t observed_time() const = 0;  // highest seen; INT64_MIN before the first
  // Hints for who knows some keys ahead, since a probe is mostly waiting for memory: prefetch_index() begins to bring
  // in where the key's rows are found and returns what prefetch_rows() takes, a few keys later, to begin with the rows.
  virtual uint64_t prefetch_index(std::string_view /*key*/) const { return 0; }
  virtual void prefetch_rows(uint64_t /*index*/) const {}
};

// Sessions by key: [start, end], both inclusive event times. Time advances with advance_time() only, so that an
// operator can emit what has ended before it expires; a session that has expired (end <= time - retention) isn't stored
// and isn't found.
class SessionStore {
 public:
  virtual ~SessionStore() = default;
  virtual void put(std::string_view key, int64_t start, int64_t end, std::string_view value) = 0;
  virtual void remove(std::string_view key, int64_t start, int64_t end) = 0;
  // The key's sessions with end >= earliest_end and start <= latest_start, ascending by (start, end).
  virtual void find(std::string_view key, int64_t earliest_end, int64_t latest_start,
                    const std::function<bool(int64_t start, int64_t end, std::string_view value)>& visit) = 0;
  // All keys' sessions with end < before, ascending by (end, key).
  virtual void find_ended(
      int64_t before,
      const std::function<bool(std::string_view key, int64_t start, int64_t end, std::string_view value)>& visit) = 0;
  virtual void advance_time(int64_t stream_time) = 0;
  virtual int64_t observed_time() const = 0;  // highest given; INT64_MIN before the first
};

class TaskState {
 public:
  // Opens or creates the database in `directory` (ignored when the environment is in memory). A directory that can't be
  // read as a whole checkpoint is wiped: the changelog rebuilds it. Throws StateError for a failing disk.
  // `cache_bytes`: the task's budget, if it isn't the environment's.
  static std::unique_ptr<TaskState> open(std::shared_ptr<StateEnvironment> environment, const std::string& directory,
                                         std::optional<size_t> cache_bytes = std::nullopt);
  virtual ~TaskState() = default;

  // Declares a store, before any use. The names are stable across versions of the plan: they name the changelog topics
  // too.
  virtual KeyValueStore& key_value(const std::string& name) = 0;
  virtual WindowStore& window(const std::string& name, const WindowStoreOptions& options) = 0;
  virtual SessionStore& session(const std::string& name, int64_t retention_ms) = 0;
  virtual std::vector<std::string> store_names() const = 0;

  // The changes since the last commit, as changelog records. Views are valid until the visitor returns.
  virtual void take_changelog(const std::function<void(const std::string& store, const ChangelogRecord&)>& visit) = 0;
  virtual void committed() = 0;
  // … after which the task is made anew: each store may be declared, as it was, once more.
  virtual void aborted() = 0;

  // Replays one changelog record into a store, as committed state. Before processing begins.
  virtual void restore(const std::string& store, const ChangelogRecord& record) = 0;

  virtual void checkpoint(std::string_view meta) = 0;
  // The meta of the checkpoint found on disk at open, or nullopt for a fresh state.
  virtual std::optional<std::string> checkpoint_meta() const = 0;
  // The cache has outgrown its budget: the runtime should commit and checkpoint soon.
  virtual bool wants_checkpoint() const = 0;
  virtual size_t memory_used() const = 0;
};

}  // namespace weir::state
