// The log: topics with partitions, read by offset and appended to in transactions. Two implementations share this
// interface: the embedded log on RocksDB and Kafka through librdkafka. The layers above know only this one.
//
// Threads: Log may be used from any thread. A LogReader and a LogTransaction belong to one thread at a time, except
// LogReader::wakeup(). Errors that a statement should report are LogError; what a running query meets (a broker that
// is away) is reported by poll() and commit() as values or retried, see there.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "storage/log/record.h"

namespace weir::log {

class LogError : public std::runtime_error {
 public:
  // The caller: kNotFound, kExists and kInvalid are the user's to mend; kUnavailable and kTimeout may be retried;
  // kLocked: another process owns the data directory; kCorrupt and kInternal end the work on this log.
  // kFenced: another process took over; drop the work and stop. kTooLarge: of append(): the record is more than the log
  // takes; nothing was appended, and the transaction can go on without it.
  enum class Kind { kNotFound, kExists, kInvalid, kUnavailable, kTimeout, kLocked, kFenced, kCorrupt, kInternal, kTooLarge };
  // `topic`: the one at fault, where it is known that it is one alone.
  LogError(Kind kind, const std::string& message, std::string topic = {})
      : std::runtime_error(message), kind_(kind), topic_(std::move(topic)) {}
  Kind kind() const { return kind_; }
  const std::string& topic() const { return topic_; }

 private:
  Kind kind_;
  std::string topic_;
};

enum class Cleanup { kDelete, kCompact, kCompactDelete };

struct TopicConfig {
  int32_t partitions = 1;
  int16_t replicas = 1;          // Kafka: -1 is the broker's default
  int64_t retention_ms = -1;     // -1: keep for ever
  int64_t retention_bytes = -1;  // of one partition; -1: unlimited
  Cleanup cleanup = Cleanup::kDelete;
  std::map<std::string, std::string> extra;  // passed to Kafka as topic configuration; kept by the embedded log
};

// Stands for as many replicas as the log is set up to give to Weir's own topics: see KafkaLogOptions.
inline constexpr int16_t kInternalReplicas = 0;

// Of a topic that Weir makes for itself.
inline TopicConfig internal_topic(int32_t partitions = 1) {
  TopicConfig config;
  config.partitions = partitions;
  config.replicas = kInternalReplicas;
  return config;
}

struct TopicInfo {
  std::string name;
  TopicConfig config;
  bool internal = false;  // Kafka's own topics (__consumer_offsets …)
};

struct CommittedOffset {
  int64_t offset = 0;    // the next offset to read
  std::string metadata;  // the committer's own bytes, UTF-8 safe
};

inline constexpr int64_t kEarliest = -2;
inline constexpr int64_t kLatest = -1;

// Reads some partitions, assigned by hand. One thread; wakeup() from any.
class LogReader {
 public:
  virtual ~LogReader() = default;

  // Starts reading at `offset` (kEarliest, kLatest or a position). An offset below the partition's start reads from
  // the start. Throws LogError::kNotFound when the topic or partition doesn't exist.
  virtual void assign(const TopicPartition& partition, int64_t offset) = 0;
  virtual void unassign(const TopicPartition& partition) = 0;
  // A paused partition delivers nothing until it is resumed; the position stays.
  virtual void pause(const TopicPartition& partition) = 0;
  virtual void resume(const TopicPartition& partition) = 0;

  // Waits up to `timeout` for records and returns what is there, at most `max_records` for each partition, at most one
  // entry per partition, offsets ascending. Empty after the timeout or a wakeup. Never throws for a broker that is away:
  // the condition is reported through the Log's event callback, and reading goes on when it is back.
  virtual std::vector<FetchedRecords> poll(std::chrono::milliseconds timeout, size_t max_records) = 0;

  // True when everything that was readable at the last poll has been delivered, so that nothing more is known to come.
  // Kafka: what has been fetched since counts as known.
  virtual bool at_end(const TopicPartition& partition) const = 0;

  // Makes a poll that waits, or the next one, return at once. Any thread.
  virtual void wakeup() = 0;

  // `callback` is called, from any thread, when poll() may have something new: for those who wait on several
  // readers. It must be quick, must not call the log, and may be called once too often. Set before the first assign(); nullptr takes it away, after which no
  // call is under way.
  virtual void on_ready(std::function<void()> callback) { (void)callback; }
};

// Appends to any number of partitions, and consumed offsets, atomically. Reusable after commit() or abort().
class LogTransaction {
 public:
  virtual ~LogTransaction() = default;

  // Appends to the partition's end once committed. The record's bytes are copied. Partition must exist (LogError::kNotFound).
  virtual void append(std::string_view topic, int32_t partition, const RecordView& record) = 0;
  virtual void commit_offset(std::string_view group, const TopicPartition& partition, const CommittedOffset& offset) = 0;
  // How far `owner` has come, for transactions of a SlotGroup: the partition lies in `slot`. nullopt: what was kept of it
  // is forgotten.
  virtual void commit_position(int32_t slot, std::string_view owner, const TopicPartition& partition,
                               const std::optional<CommittedOffset>& position) {
    static_cast<void>(slot);
    if (position) commit_offset(owner, partition, *position);
  }

  // Bytes appended since the last commit; the caller commits early when this grows beyond its budget.
  virtual size_t pending_bytes() const = 0;
  virtual bool empty() const = 0;

  // All or nothing and durable against the process's death on return. Throws LogError::kUnavailable when the log can't be
  // reached now (nothing of the transaction took effect or will; the caller aborts and repeats the work), kTimeout when
  // it isn't known whether it took effect (opening a transaction under the same id settles it, after which the committed
  // offsets tell), kFenced when another owner took over. `positions`, where given, receives the end offset of every partition appended to.
  virtual void commit(std::map<TopicPartition, int64_t>* end_offsets = nullptr) = 0;
  virtual void abort() = 0;
};

class SlotGroup;
struct SlotGroupOptions;

struct LogEvent {
  enum class Kind { kDown, kUp, kError };
  Kind kind = Kind::kError;
  std::string message;  // names the address and the reason
};

class Log {
 public:
  virtual ~Log() = default;

  // Throws kExists, kInvalid (name, partition count).
  virtual void create_topic(const std::string& name, const TopicConfig& config) = 0;
  // Makes the topic unless it is there, be it that another process is quicker: how many partitions it has. Throws as
  // create_topic() does, but kExists.
  int32_t ensure_topic(const std::string& name, const TopicConfig& config);
  virtual void delete_topic(const std::string& name) = 0;  // throws kNotFound
  virtual std::vector<TopicInfo> list_topics() = 0;
  virtual std::optional<TopicInfo> describe_topic(const std::string& name) = 0;
  // How many partitions each topic has now. One that is missing may be about to be there: describe_topic() tells.
  virtual std::map<std::string, int32_t> partition_counts();

  virtual int64_t begin_offset(const TopicPartition& partition) = 0;
  virtual int64_t end_offset(const TopicPartition& partition) = 0;  // one past the last committed record
  // The same of many at once.
  virtual std::vector<int64_t> end_offsets(const std::vector<TopicPartition>& partitions);
  // … once no transaction is open any more that had appended to them when this was called: what a process left behind
  // that has just died or handed its work over is decided, and is there or isn't. Throws kTimeout.
  virtual std::vector<int64_t> settled_ends(const std::vector<TopicPartition>& partitions) {
    return end_offsets(partitions);
  }
  // The first offset whose timestamp is at or after `timestamp_ms`, or nullopt.
  virtual std::optional<int64_t> offset_for_time(const TopicPartition& partition, int64_t timestamp_ms) = 0;

  virtual std::unique_ptr<LogReader> open_reader() = 0;
  // `transactional_id` fences an older owner of the same id and ends what it left open (Kafka); the embedded log has one
  // process, hence no zombies. Empty: nobody is fenced, and on Kafka several records aren't atomic.
  virtual std::unique_ptr<LogTransaction> open_transaction(const std::string& transactional_id) = 0;

  // The part of this process in a service that several may run. Doesn't join yet.
  virtual std::unique_ptr<SlotGroup> open_slots(const SlotGroupOptions& options);

  virtual std::optional<CommittedOffset> committed_offset(const std::string& group, const TopicPartition& partition) = 0;
  virtual void delete_group(const std::string& group) = 0;

  // "embedded log at PATH" or "Kafka at HOST:PORT,…", for messages.
  virtual std::string description() const = 0;

  // Called from any thread when the log goes away, comes back, or an error can't be tied to a call. Set before use.
  void on_event(std::function<void(const LogEvent&)> callback) { event_callback_ = std::move(callback); }

 protected:
  void report(const LogEvent& event) const {
    if (event_callback_) event_callback_(event);
  }

 private:
  std::function<void(const LogEvent&)> event_callback_;
};

// Java's default partitioner: murmur2 of the serialized key, modulo the partition count.
int32_t partition_for_key(std::string_view key, int32_t partitions);

// Opens or creates the log in `path`. Throws kLocked when another process has it open, naming the directory.
struct EmbeddedLogOptions {
  std::string path;
  bool sync = false;  // fsync every commit: survives a power cut, not only the death of the process
  size_t write_buffer_bytes = 32u << 20;
  size_t recent_cache_bytes = 16u << 20;  // newest blocks kept for tail readers
  bool in_memory = false;  // an environment without files, for tests and `weir test`
  std::chrono::milliseconds maintenance_interval{60000};  // between passes of retention and compaction; 0: none
};
std::unique_ptr<Log> open_embedded_log(const EmbeddedLogOptions& options);

struct KafkaLogOptions {
  std::string bootstrap_servers;
  std::map<std::string, std::string> properties;  // security.*, sasl.*, ssl.* …, passed to librdkafka; values are secret
  bool exactly_once = false;
  int16_t internal_replicas = -1;  // of topics with kInternalReplicas; -1: the broker's default
  std::chrono::milliseconds admin_timeout{30000};
};
// Doesn't need the broker to be up: a broker that is away is reported as an event and by the calls that need it.
std::unique_ptr<Log> open_kafka_log(const KafkaLogOptions& options);

}  // namespace weir::log
