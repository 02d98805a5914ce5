#include "engine/runtime/query_unit.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "engine/runtime/backoff.h"
#include "engine/runtime/committed_position.h"
#include "engine/runtime/slot_map.h"
#include "engine/types/text.h"

namespace weir {

namespace {

constexpr std::chrono::milliseconds kRestoreStep{50};

}  // namespace

QueryUnit::QueryUnit(std::shared_ptr<const QueryDefinition> query, const RuntimeServices& services,
                     SharedReader& reader, log::SlotGroup* group, std::function<void()> wake)
    : query_(std::move(query)), services_(services), reader_(reader), group_(group), wake_(std::move(wake)) {}

QueryUnit::~QueryUnit() {
  restorer_.reset();
  for (const auto& task : tasks_) reader_.unsubscribe(*task);
}

void QueryUnit::add(const std::vector<TaskPlace>& places) {
  for (const TaskPlace& place : places) {
    const int32_t slot = group_ ? slot_of(query_->slot_shift, place.partition, group_->slots()) : 0;
    tasks_.push_back(std::make_unique<RunningTask>(*query_, services_, place, slot));
  }
  all_running_ = false;
}

bool QueryUnit::open_step(log::LogTransaction& transaction, int64_t now_ms) {
  if (!stopped_ && ended_elsewhere() && !dirty()) {
    reset();
    stopped_ = true;
  }
  if (all_running_ || stopped_ || now_ms < retry_at_ms_) return false;
  if (!restorer_) {
    std::vector<RunningTask*> opened;
    for (const auto& task : tasks_) {
      if (task->running()) continue;
      if (!task->is_open()) task->open(transaction);
      opened.push_back(task.get());
    }
    if (query_->transient) {
      start_tasks();
      return true;
    }
    restorer_ = std::make_unique<StateRestorer>(*query_, services_, transaction, std::move(opened), wake_);
  }
  if (!restorer_->step(kRestoreStep)) return true;
  restorer_.reset();
  start_tasks();
  return true;
}

void QueryUnit::start_tasks() {
  for (const auto& task : tasks_) {
    if (!task->running()) set_positions(*task);
  }
  if (checkpoint_first_) checkpoint();
  checkpoint_first_ = false;
  all_running_ = true;
  backoff_ms_ = 0;
  query_->status->set(QueryStatus::State::kRunning);
  reported_out_ = query_->status->records_out.load(std::memory_order_relaxed);
  find_feeders();
  for (const auto& task : tasks_) report_progress(*task);
}

void QueryUnit::set_positions(RunningTask& task) {
  std::vector<int64_t> start;
  TaskProgress progress;
  for (size_t i = 0; i < task.inputs().size(); ++i) {
    std::optional<log::CommittedOffset> committed;
    if (group_) committed = group_->position(task.slot(), query_->owner, task.inputs()[i]);
    if (committed) {
      const InputPosition reached = position_of(*committed, task.stage().inputs[i]->id);
      start.push_back(reached.offset);
      progress.stream_time = std::max(progress.stream_time, reached.progress.stream_time);
      progress.arrivals = std::max(progress.arrivals, reached.progress.arrivals);
      progress.advanced_time = std::max(progress.advanced_time, reached.progress.advanced_time);
    } else {
      start.push_back(first_position(task, i));
      // Kept from now on: a restart before the first commit must not skip what arrives meanwhile.
      has_new_positions_ = has_new_positions_ || group_ != nullptr;
    }
  }
  find_replays(task);
  task.begin(std::move(start), progress);
  subscribe(task);
}

void QueryUnit::find_replays(RunningTask& task) const {
  // Only a query with dead letters has any: all others ask the log for nothing.
  if (group_ == nullptr || query_->error_topics.empty()) return;
  for (size_t i = 0; i < task.inputs().size(); ++i) {
    const log::TopicPartition partition{query_->replay_topic(*task.stage().inputs[i]), task.place().partition};
    const auto info = services_.log->describe_topic(partition.topic);
    if (!info || partition.partition >= info->config.partitions) continue;
    const auto committed = group_->position(task.slot(), query_->owner, partition);
    task.add_replay({i, partition, committed ? committed->offset : services_.log->begin_offset(partition)});
  }
}

int64_t QueryUnit::first_position(const RunningTask& task, size_t input) const {
  const log::TopicPartition& partition = task.inputs()[input];
  const PlanNode& node = *task.stage().inputs[input];
  log::Log& log = *services_.log;
  // A partition that came after the query: so did all that is in it.
  const auto known = query_->first_source_partitions.find(partition.topic);
  const bool was_added = known != query_->first_source_partitions.end() && partition.partition >= known->second;
  if (was_added) return log.begin_offset(partition);
  if (node.source && node.source->start) {
    using Kind = sql::StartPosition::Kind;
    const sql::StartPosition& start = *node.source->start;
    switch (start.kind) {
      case Kind::kEarliest:
        return log.begin_offset(partition);
      case Kind::kLatest:
        return log.end_offset(partition);
      case Kind::kOffset:
        return start.offset;
      case Kind::kTimestamp: {
        const auto time = parse_timestamp(start.timestamp);
        if (!time) {
          throw std::invalid_argument("AT TIMESTAMP '" + start.timestamp +
                                      "' is no time: write it as '2020-01-31T10:15:30'.");
        }
        return log.offset_for_time(partition, *time).value_or(log.end_offset(partition));
      }
    }
  }
  // A table is all of its topic, whenever the query began.
  const bool all = node.kind == PlanKind::kRepartition || node.source->source_kind == sql::SourceKind::kTable;
  return all || query_->auto_offset_reset == "earliest" ? log.begin_offset(partition) : log.end_offset(partition);
}

void QueryUnit::subscribe(RunningTask& task) {
  for (size_t i = 0; i < task.inputs().size(); ++i) reader_.subscribe(task, i, task.inputs()[i], task.start()[i]);
  for (size_t i = 0; i < task.replays().size(); ++i) {
    const ReplayInput& replay = task.replays()[i];
    reader_.subscribe(task, task.inputs().size() + i, replay.partition, replay.start);
  }
}

void QueryUnit::find_feeders() {
  for (const auto& task : tasks_) {
    task->feeders.clear();
    for (size_t i = 0; i < task->inputs().size(); ++i) task->feeders.push_back(feeders_of(*task, i));
  }
}

std::vector<const RunningTask*> QueryUnit::feeders_of(const RunningTask& task, size_t input) const {
  std::vector<const RunningTask*> found;
  const auto add_writers = [&](const PlanNode& node) {
    if (node.kind != PlanKind::kRepartition) return;
    const auto is_node = [&](const PlanNodePtr& written) { return written && written->id == node.id; };
    for (const auto& other : tasks_) {
      const std::vector<PlanNodePtr>& sides = other->stage().side_repartitions;
      if (!is_node(other->stage().repartition) && std::none_of(sides.begin(), sides.end(), is_node)) continue;
      // Foreign-key joins feed each other; no task waits for itself.
      if (other.get() == &task || std::find(found.begin(), found.end(), other.get()) != found.end()) continue;
      found.push_back(other.get());
    }
  };
  add_writers(*task.stage().inputs[input]);
  for (size_t i = 0; i < found.size(); ++i) {
    for (const PlanNodePtr& fed : found[i]->stage().inputs) add_writers(*fed);
  }
  return found;
}

size_t QueryUnit::work(int64_t now_ms) {
  if (stopped_ || now_ms < retry_at_ms_ || ended_elsewhere()) return 0;
  if (query_->transient && (query_->client->full() || query_->client->closed())) return 0;
  size_t worked = 0;
  for (const auto& task : tasks_) {
    if (!task->running()) continue;
    const size_t rows = task->work([&](size_t input) { return may_do_without(*task, input, now_ms); });
    worked += rows;
    if (query_->idle_timeout_ms > 0) pass_idle_time(*task, rows > 0, now_ms);
    if (task->stream_time() > query_->status->stream_time.load()) {
      query_->status->stream_time.store(task->stream_time());
    }
  }
  return worked;
}

// Without a look at what feeds a repartition topic, a join that catches up would take one side far ahead of the other,
// and find the other's rows late.
bool QueryUnit::is_drained(const RunningTask& task, size_t input) const {
  const std::vector<const RunningTask*>& feeders = task.feeders[input];
  return reader_.at_end(task.inputs()[input], task, input) &&
         std::all_of(feeders.begin(), feeders.end(), [&](const RunningTask* feeder) { return is_idle(*feeder); });
}

// As in Kafka Streams (KIP-353, KIP-695), an input is waited for anew once it has had rows.
bool QueryUnit::may_do_without(RunningTask& task, size_t input, int64_t now_ms) const {
  // Tasks that are still being opened may feed a repartition topic as well.
  if (!all_running_ && task.stage().inputs[input]->kind == PlanKind::kRepartition) return false;
  if (!is_drained(task, input)) return false;
  if (query_->max_task_idle_ms == 0) return true;
  int64_t& since = task.drained_since_ms[input];
  if (since < 0) since = now_ms;
  const int64_t until = since + query_->max_task_idle_ms;
  if (now_ms >= until) return true;
  task.waits_until_ms = std::min(task.waits_until_ms, until);
  return false;
}

// Once a task has had no row for so long, event time passes for it as the wall clock does, from its last row on.
void QueryUnit::pass_idle_time(RunningTask& task, bool busy, int64_t now_ms) const {
  if (busy || task.idle_since_ms < 0) {
    task.idle_since_ms = task.idle_tick_ms = now_ms;
    task.idle_from_time = task.stream_time();
  }
  if (task.idle_from_time == INT64_MIN || !task.waits_for_time()) return;
  const int64_t due = task.idle_tick_ms + query_->idle_timeout_ms;
  if (now_ms < due) {
    task.waits_until_ms = std::min(task.waits_until_ms, due);
    return;
  }
  task.idle_tick_ms = now_ms;
  task.waits_until_ms = std::min(task.waits_until_ms, now_ms + query_->idle_timeout_ms);
  for (size_t i = 0; i < task.inputs().size(); ++i) {
    if (task.buffered(i) > 0 || !is_drained(task, i)) return;
  }
  task.advance_time(task.idle_from_time + (now_ms - task.idle_since_ms));
}

// Has worked through what there is and committed what came of it.
bool QueryUnit::is_idle(const RunningTask& task) const {
  if (task.has_uncommitted()) return false;
  for (size_t i = 0; i < task.inputs().size(); ++i) {
    if (task.buffered(i) > 0 || !reader_.at_end(task.inputs()[i], task, i)) return false;
  }
  return true;
}

bool QueryUnit::dirty() const {
  return has_new_positions_ ||
         std::any_of(tasks_.begin(), tasks_.end(), [](const auto& task) { return task->has_uncommitted(); });
}

void QueryUnit::append_changes(log::LogTransaction& transaction) {
  if (query_->transient || !dirty()) return;
  for (const auto& task : tasks_) {
    if (task->running() && task->has_uncommitted()) task->append_changelog();
  }
  for (const auto& [partition, reader] : readers_by_partition()) {
    const auto has_moved = [](const RunningTask* task) { return task->has_uncommitted(); };
    if (!has_new_positions_ && std::none_of(reader.tasks.begin(), reader.tasks.end(), has_moved)) continue;
    transaction.commit_position(reader.slot, query_->owner, partition, committed_position(reader.positions));
  }
}

// Several tasks, and several inputs of one, may read the same partition.
std::map<log::TopicPartition, QueryUnit::PartitionReaders> QueryUnit::readers_by_partition() const {
  std::map<log::TopicPartition, PartitionReaders> readers;
  for (const auto& task : tasks_) {
    if (!task->running()) continue;
    for (size_t i = 0; i < task->inputs().size(); ++i) {
      PartitionReaders& of = readers[task->inputs()[i]];
      of.slot = task->slot();
      of.tasks.push_back(task.get());
      of.positions.push_back(task->position(i));
    }
    for (const ReplayInput& replay : task->replays()) {
      PartitionReaders& of = readers[replay.partition];
      of.slot = task->slot();
      of.tasks.push_back(task.get());
      of.positions.push_back(task->replay_position(replay));
    }
  }
  return readers;
}

void QueryUnit::committed(const std::map<log::TopicPartition, int64_t>& ends, int64_t now_ms) {
  has_new_positions_ = false;
  bool wants_checkpoint = false;
  for (const auto& task : tasks_) {
    if (!task->running() || !task->has_uncommitted()) continue;
    task->committed(ends);
    report_progress(*task);
    wants_checkpoint = wants_checkpoint || task->state().wants_checkpoint();
  }
  report_output(now_ms);
  if (query_->transient) return;
  if (next_checkpoint_ms_ == 0) next_checkpoint_ms_ = now_ms + services_.checkpoint_interval_ms;
  if (!wants_checkpoint && now_ms < next_checkpoint_ms_) return;
  checkpoint_first_ = true;  // should it fail
  checkpoint();
  checkpoint_first_ = false;
  next_checkpoint_ms_ = now_ms + services_.checkpoint_interval_ms;
}

void QueryUnit::report_progress(RunningTask& task) {
  for (size_t i = 0; i < task.inputs().size(); ++i) {
    query_->status->set_progress(task.inputs()[i], task.start()[i], task.stream_time());
  }
  query_->status->filtered.fetch_add(task.take_filtered(), std::memory_order_relaxed);
  query_->status->expired.fetch_add(task.take_expired(), std::memory_order_relaxed);
}

void QueryUnit::report_output(int64_t now_ms) {
  const uint64_t out = query_->status->records_out.load(std::memory_order_relaxed);
  if (std::exchange(reported_out_, out) != out) {
    query_->status->last_output_ms.store(now_ms, std::memory_order_relaxed);
  }
}

bool QueryUnit::ended_elsewhere() const { return query_->status->state() == QueryStatus::State::kError; }

void QueryUnit::checkpoint() {
  for (const auto& task : tasks_) {
    if (task->running()) task->checkpoint();
  }
}

void QueryUnit::roll_back() {
  for (const auto& task : tasks_) {
    if (!task->running() || !task->has_uncommitted()) continue;
    reader_.unsubscribe(*task);
    task->roll_back();
    subscribe(*task);
  }
}

void QueryUnit::reset() {
  restorer_.reset();
  std::vector<TaskPlace> places;
  for (const auto& task : tasks_) {
    reader_.unsubscribe(*task);
    places.push_back(task->place());
  }
  tasks_.clear();
  has_new_positions_ = false;
  add(places);
}

void QueryUnit::release(const std::set<int32_t>& slots) {
  const auto goes = [&](const std::unique_ptr<RunningTask>& task) { return slots.contains(task->slot()); };
  if (std::none_of(tasks_.begin(), tasks_.end(), goes)) return;
  restorer_.reset();  // what it has read is in the state; the rest is read anew
  for (const auto& task : tasks_) {
    if (!goes(task)) continue;
    reader_.unsubscribe(*task);
    if (task->running()) task->checkpoint();
  }
  std::erase_if(tasks_, goes);
  if (all_running_) find_feeders();
}

void QueryUnit::forget_positions(log::LogTransaction& transaction) {
  for (const auto& task : tasks_) {
    for (const log::TopicPartition& input : task->inputs()) {
      transaction.commit_position(task->slot(), query_->owner, input, std::nullopt);
    }
    for (const ReplayInput& replay : task->replays()) {
      transaction.commit_position(task->slot(), query_->owner, replay.partition, std::nullopt);
    }
  }
}

void QueryUnit::read_anew(const std::string& topic, log::LogTransaction& transaction) const {
  for (const auto& [partition, reader] : readers_by_partition()) {
    if (partition.topic != topic) continue;
    std::vector<InputPosition> positions = reader.positions;
    for (InputPosition& position : positions) position.offset = 0;
    transaction.commit_position(reader.slot, query_->owner, partition, committed_position(positions));
  }
}

void QueryUnit::fail(const std::string& reason, bool retry, int64_t now_ms) {
  reset();
  if (retry) {
    retry_at_ms_ = next_try_ms(backoff_ms_, now_ms);
    query_->status->set(QueryStatus::State::kRetrying, reason);
    spdlog::warn("query {}: {} It is tried again in {} ms.", query_->id, reason, backoff_ms_);
    return;
  }
  stopped_ = true;
  query_->status->set(QueryStatus::State::kError, reason);
  if (query_->client) query_->client->fail(reason);
  spdlog::error("query {} ended: {}", query_->id, reason);
}

void QueryUnit::set_retrying(const std::string& reason) {
  if (!stopped_) query_->status->set(QueryStatus::State::kRetrying, reason);
}

void QueryUnit::set_recovered() {
  if (!stopped_ && all_running_) query_->status->set(QueryStatus::State::kRunning);
}

int64_t QueryUnit::next_due_ms() const {
  if (stopped_ || tasks_.empty()) return INT64_MAX;
  if (!all_running_) return retry_at_ms_;
  int64_t due = INT64_MAX;
  for (const auto& task : tasks_) due = std::min(due, task->waits_until_ms);
  return due;
}

}  // namespace weir
