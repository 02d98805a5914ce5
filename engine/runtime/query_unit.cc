#include "engine/runtime/query_unit.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/runtime/committed_position.h"
#include "engine/runtime/unit_collector.h"
#include "engine/sql/error.h"
#include "engine/types/text.h"

namespace weir {

namespace {

using Json = nlohmann::json;

constexpr size_t kCommitBytes = 4u << 20;  // a transaction of this size is committed at once
constexpr size_t kPauseRows = 8 * 1024;    // an input that runs ahead of the others is held there …
constexpr size_t kResumeRows = 2 * 1024;   // … until it is down to this
constexpr int64_t kFirstBackoffMs = 100;
constexpr int64_t kLongestBackoffMs = 10000;
constexpr size_t kRestoreRecords = 256;  // of a changelog at once: a record may carry many rows
constexpr std::chrono::minutes kRestorePatience{1};
const std::string kFencedHint = " Another process with the same service.id has taken the query over; run one of them.";

}  // namespace

struct QueryUnit::Slot {
  TaskPlace place;
  const Stage* stage = nullptr;
  std::vector<log::TopicPartition> inputs;
  std::vector<std::vector<const Slot*>> feeders;  // of each input
  std::vector<int64_t> start;                     // where each input begins after the last commit
  std::string directory;                          // of the state
  std::unique_ptr<state::TaskState> state;
  std::unique_ptr<UnitCollector> collector;
  std::unique_ptr<Task> task;
  TaskProgress committed;
  bool uncommitted = false;                       // has worked since the last commit
  std::vector<int64_t> drained_since_ms;          // of each input; -1: it has rows, or nobody has asked since it had
  int64_t waits_until_ms = INT64_MAX;             // for an input's next row
  std::map<std::string, int64_t> changelog_ends;  // store → end offset of its changelog partition as of the last commit
};

QueryUnit::QueryUnit(std::shared_ptr<const QueryDefinition> query, std::vector<TaskPlace> places,
                     const RuntimeServices& services, std::function<void()> wake)
    : query_(std::move(query)), places_(std::move(places)), services_(services), wake_(std::move(wake)) {}

QueryUnit::~QueryUnit() = default;

void QueryUnit::open() {
  slots_.clear();
  routes_.clear();
  paused_.clear();
  has_new_positions_ = false;
  // First of all: it ends what a dead process has left open, whose records and offsets are not read before.
  transaction_ = services_.log->open_transaction(
      query_->transient ? "" : query_->group + "-" + std::to_string(places_.front().partition));
  reader_ = services_.log->open_reader();
  reader_->on_ready(wake_);
  for (const TaskPlace& place : places_) {
    auto slot = std::make_unique<Slot>();
    slot->place = place;
    slot->stage = &query_->stages[place.stage];
    for (const PlanNodePtr& input : slot->stage->inputs) {
      slot->inputs.push_back({query_->input_topic(*input), place.partition});
    }
    slot->drained_since_ms.assign(slot->inputs.size(), -1);
    slot->collector = std::make_unique<UnitCollector>(*query_, services_, *transaction_, *slot->stage, place.partition);
    open_state(*slot);
    if (!query_->transient && !restore(*slot)) {
      slot->task.reset();
      slot->state.reset();
      std::filesystem::remove_all(slot->directory);
      open_state(*slot);
      restore(*slot);
    }
    slots_.push_back(std::move(slot));
  }
  for (auto& slot : slots_) {
    for (size_t i = 0; i < slot->inputs.size(); ++i) slot->feeders.push_back(feeders_of(*slot, i));
    set_positions(*slot);
    slot->task->restore(slot->committed);
  }
  // Kept from now on: a restart before the first commit must not skip what arrives meanwhile.
  if (has_new_positions_ && !query_->transient) commit_positions(true);
  for (const auto& [partition, readers] : routes_) {
    int64_t start = INT64_MAX;
    for (const auto& [slot, input] : readers) start = std::min(start, slot->start[input]);
    reader_->assign(partition, start);
  }
  if (!transaction_->empty()) transaction_->commit();
  is_open_ = true;
  dirty_ = false;
  backoff_ms_ = 0;
  reported_out_ = query_->status->records_out.load(std::memory_order_relaxed);
  report_progress(services_.tasks.clock());
  query_->status->set(QueryStatus::State::kRunning);
}

std::vector<const QueryUnit::Slot*> QueryUnit::feeders_of(const Slot& slot, size_t input) const {
  std::vector<const Slot*> found;
  const auto add_writers = [&](const PlanNode& node) {
    if (node.kind != PlanKind::kRepartition) return;
    const auto is_node = [&](const PlanNodePtr& written) { return written && written->id == node.id; };
    for (const auto& other : slots_) {
      const std::vector<PlanNodePtr>& sides = other->stage->side_repartitions;
      if (!is_node(other->stage->repartition) && std::none_of(sides.begin(), sides.end(), is_node)) continue;
      // Foreign-key joins feed each other; no slot waits for itself.
      if (other.get() == &slot || std::find(found.begin(), found.end(), other.get()) != found.end()) continue;
      found.push_back(other.get());
    }
  };
  add_writers(*slot.stage->inputs[input]);
  for (size_t i = 0; i < found.size(); ++i) {
    for (const PlanNodePtr& fed : found[i]->stage->inputs) add_writers(*fed);
  }
  return found;
}

void QueryUnit::open_state(Slot& slot) {
  const bool in_memory = query_->transient || services_.state_dir.empty();
  slot.directory = services_.state_dir + "/" + query_->id + "/" + std::to_string(slot.place.stage) + "_" +
                   std::to_string(slot.place.partition);
  slot.state = state::TaskState::open(in_memory ? services_.transient_state : services_.state, slot.directory,
                                      query_->cache_bytes_per_task);
  slot.task = std::make_unique<Task>(query_->plan, *slot.stage, services_.tasks, *slot.state, *slot.collector);
}

// Brings the stores from the checkpoint on disk to the last commit: the changelogs' tails are replayed. False: the
// checkpoint is of a commit that the log has lost (a power cut without log.sync), so it has to go, and the changelogs
// are replayed from their beginning.
bool QueryUnit::restore(Slot& slot) {
  std::map<std::string, int64_t>& reached = slot.changelog_ends;
  reached.clear();
  if (const auto meta = slot.state->checkpoint_meta()) {
    const Json json = Json::parse(*meta, nullptr, false);
    if (json.is_object() && json.contains("changelogs"))
      reached = json["changelogs"].get<std::map<std::string, int64_t>>();
  }
  const auto changelog_of = [&](const std::string& store) {
    return log::TopicPartition{query_->changelog_topic(store), slot.place.partition};
  };
  for (const auto& [store, offset] : reached) {
    const int64_t end = services_.log->end_offset(changelog_of(store));
    if (offset <= end) continue;
    spdlog::warn("query {}: the checkpoint in {} is ahead of the log ({} ends at {}, not {}): it is made anew",
                 query_->id, slot.directory, changelog_of(store).topic, end, offset);
    return false;
  }
  auto reader = services_.log->open_reader();
  for (const std::string& store : slot.state->store_names()) {
    const log::TopicPartition changelog = changelog_of(store);
    const int64_t end = services_.log->end_offset(changelog);
    int64_t& next = reached[store];
    next = std::max(next, services_.log->begin_offset(changelog));
    if (next >= end) continue;
    reader->assign(changelog, next);
    auto progress = std::chrono::steady_clock::now();
    while (next < end) {
      const int64_t before = next;
      for (const log::FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(100), kRestoreRecords)) {
        for (const log::RecordView& record : fetched.records) {
          slot.state->restore(store, {record.key.value_or(std::string_view{}), record.value, record.timestamp});
          next = record.offset + 1;
        }
      }
      // What doesn't fit into the cache goes to the disk, with the offsets up to which it has been replayed.
      if (slot.state->wants_checkpoint()) checkpoint(slot);
      // Compaction may have taken the last records: their offsets are passed without being delivered.
      if (next < end && reader->at_end(changelog)) break;
      const auto now = std::chrono::steady_clock::now();
      if (next > before) progress = now;
      if (now - progress > kRestorePatience) {
        throw log::LogError(log::LogError::Kind::kTimeout, "Restoring " + changelog.topic + " from offset " +
                                                               std::to_string(next) + " makes no progress.");
      }
    }
    reader->unassign(changelog);
    next = end;
  }
  return true;
}

void QueryUnit::set_positions(Slot& slot) {
  slot.start.assign(slot.inputs.size(), 0);
  for (size_t i = 0; i < slot.inputs.size(); ++i) {
    const log::TopicPartition& partition = slot.inputs[i];
    std::optional<log::CommittedOffset> committed;
    if (!query_->transient) committed = services_.log->committed_offset(query_->group, partition);
    if (committed) {
      const InputPosition reached = position_of(*committed, slot.stage->inputs[i]->id);
      slot.start[i] = reached.offset;
      slot.committed.stream_time = std::max(slot.committed.stream_time, reached.progress.stream_time);
      slot.committed.arrivals = std::max(slot.committed.arrivals, reached.progress.arrivals);
    } else {
      const PlanNode& node = *slot.stage->inputs[i];
      // A table is all of its topic, whenever the query began.
      const bool all = node.kind == PlanKind::kRepartition || node.source->source_kind == sql::SourceKind::kTable;
      const std::string reset = all ? "earliest" : query_->auto_offset_reset;
      slot.start[i] =
          reset == "earliest" ? services_.log->begin_offset(partition) : services_.log->end_offset(partition);
      if (node.source && node.source->start) {
        using Kind = sql::StartPosition::Kind;
        const sql::StartPosition& start = *node.source->start;
        if (start.kind == Kind::kEarliest) slot.start[i] = services_.log->begin_offset(partition);
        if (start.kind == Kind::kLatest) slot.start[i] = services_.log->end_offset(partition);
        if (start.kind == Kind::kOffset) slot.start[i] = start.offset;
        if (start.kind == Kind::kTimestamp) {
          const auto time = parse_timestamp(start.timestamp);
          if (!time)
            throw std::invalid_argument("AT TIMESTAMP '" + start.timestamp +
                                        "' is no time: write it as '2020-01-31T10:15:30'.");
          slot.start[i] =
              services_.log->offset_for_time(partition, *time).value_or(services_.log->end_offset(partition));
        }
      }
      has_new_positions_ = true;
    }
    routes_[partition].emplace_back(&slot, i);
  }
}

bool QueryUnit::step(int64_t now_ms) {
  if (!stopped_ && query_->status->state() == QueryStatus::State::kError) {
    // It has ended on another worker, so it ends as a whole.
    close();
    stopped_ = true;
  }
  if (stopped_ || now_ms < retry_at_ms_) return false;
  try {
    if (!is_open_) open();
    return work(now_ms);
  } catch (const log::LogError& e) {
    const bool retry = e.kind() == log::LogError::Kind::kUnavailable || e.kind() == log::LogError::Kind::kTimeout;
    const bool fenced = e.kind() == log::LogError::Kind::kFenced;
    fail(fenced ? e.what() + kFencedHint : std::string(e.what()), retry, now_ms);
  } catch (const SchemaRegistryError& e) {
    fail(e.what(), e.kind() == SchemaRegistryError::Kind::kUnavailable, now_ms);
  } catch (const std::exception& e) {
    fail(e.what(), false, now_ms);
  }
  return false;
}

bool QueryUnit::work(int64_t now_ms) {
  if (query_->transient && (query_->client->full() || query_->client->closed())) return false;
  size_t taken = 0;
  for (log::FetchedRecords& records : reader_->poll(std::chrono::milliseconds(0), services_.fetch_records)) {
    taken += records.records.size();
    hand_out(std::move(records));
  }
  query_->status->records_in.fetch_add(taken, std::memory_order_relaxed);
  size_t worked = 0;
  for (auto& slot : slots_) {
    slot->waits_until_ms = INT64_MAX;
    const size_t rows = slot->task->process([&](size_t input) { return may_do_without(*slot, input, now_ms); });
    slot->uncommitted = slot->uncommitted || rows > 0;
    worked += rows;
    if (slot->task->stream_time() > query_->status->stream_time.load()) {
      query_->status->stream_time.store(slot->task->stream_time());
    }
  }
  balance_inputs();
  if (worked > 0 && !dirty_) {
    dirty_ = true;
    dirty_since_ms_ = now_ms;
  }
  const bool busy = taken > 0 || worked > 0;
  const bool due = now_ms - dirty_since_ms_ >= services_.commit_interval_ms ||
                   transaction_->pending_bytes() >= kCommitBytes || (services_.commit_when_idle && !busy);
  if (dirty_ && due) {
    commit(now_ms);
    return true;  // a stage may have fed another stage of this unit
  }
  return busy;
}

// Without a look at what feeds a repartition topic, a join that catches up would take one side far ahead of the other,
// and find the other's rows late.
bool QueryUnit::is_drained(const Slot& slot, size_t input) const {
  const std::vector<const Slot*>& feeders = slot.feeders[input];
  return reader_->at_end(slot.inputs[input]) &&
         std::all_of(feeders.begin(), feeders.end(), [&](const Slot* feeder) { return is_idle(*feeder); });
}

// As in Kafka Streams (KIP-353, KIP-695), an input is waited for anew once it has had rows.
bool QueryUnit::may_do_without(Slot& slot, size_t input, int64_t now_ms) const {
  if (!is_drained(slot, input)) return false;
  if (query_->max_task_idle_ms == 0) return true;
  int64_t& since = slot.drained_since_ms[input];
  if (since < 0) since = now_ms;
  const int64_t until = since + query_->max_task_idle_ms;
  if (now_ms >= until) return true;
  slot.waits_until_ms = std::min(slot.waits_until_ms, until);
  return false;
}

// Has worked through what there is and committed what came of it.
bool QueryUnit::is_idle(const Slot& slot) const {
  if (slot.uncommitted) return false;
  for (size_t i = 0; i < slot.inputs.size(); ++i) {
    if (slot.task->buffered(i) > 0 || !reader_->at_end(slot.inputs[i])) return false;
  }
  return true;
}

void QueryUnit::hand_out(log::FetchedRecords records) {
  const auto route = routes_.find(records.source);
  if (route == routes_.end()) return;
  for (size_t r = 0; r < route->second.size(); ++r) {
    const auto& [slot, input] = route->second[r];
    // Inputs that share a partition may have committed different positions.
    log::FetchedRecords mine = r + 1 < route->second.size() ? records : std::move(records);
    const int64_t from = std::max(slot->start[input], slot->task->position(input));
    if (!mine.records.empty() && mine.records.front().offset < from) {
      std::erase_if(mine.records, [&](const log::RecordView& record) { return record.offset < from; });
    }
    slot->drained_since_ms[input] = -1;
    slot->task->add(input, std::move(mine));
  }
}

// A partition that several inputs read waits only where all of them have enough: one may be what another waits for.
void QueryUnit::balance_inputs() {
  for (const auto& [partition, readers] : routes_) {
    size_t fewest = SIZE_MAX;
    bool waits = false;
    for (const auto& [slot, input] : readers) {
      fewest = std::min(fewest, slot->task->buffered(input));
      waits = waits || slot->inputs.size() > 1;
    }
    if (!waits) continue;
    if (fewest >= kPauseRows && paused_.insert(partition).second) {
      reader_->pause(partition);
    } else if (fewest <= kResumeRows && paused_.erase(partition) > 0) {
      reader_->resume(partition);
    }
  }
}

void QueryUnit::commit_positions(bool all) {
  for (const auto& [partition, readers] : routes_) {
    bool any = all;
    std::vector<InputPosition> inputs;
    for (const auto& [slot, input] : readers) {
      const int64_t position = slot->task->position(input);
      any = any || position >= 0;
      inputs.push_back(
          {slot->stage->inputs[input]->id, std::max(position, slot->start[input]), slot->task->progress()});
    }
    if (any) transaction_->commit_offset(query_->group, partition, committed_position(inputs));
  }
}

void QueryUnit::commit(int64_t now_ms) {
  for (auto& slot : slots_) {
    if (query_->transient) continue;
    slot->state->take_changelog([&](const std::string& store, const state::ChangelogRecord& record) {
      const std::string topic = query_->changelog_topic(store);
      log::RecordView out;
      out.key = record.key;
      out.value = record.value;
      out.timestamp = record.timestamp;
      transaction_->append(topic, slot->place.partition, out);
    });
  }
  if (!query_->transient) commit_positions(false);
  std::map<log::TopicPartition, int64_t> ends;
  if (!transaction_->empty()) transaction_->commit(&ends);
  dirty_ = false;
  bool wants_checkpoint = false;
  for (auto& slot : slots_) {
    slot->state->committed();
    slot->uncommitted = false;
    slot->committed = slot->task->progress();
    for (const std::string& store : slot->state->store_names()) {
      const auto end = ends.find({query_->changelog_topic(store), slot->place.partition});
      if (end != ends.end()) slot->changelog_ends[store] = end->second;
    }
    wants_checkpoint = wants_checkpoint || slot->state->wants_checkpoint();
  }
  report_progress(now_ms);
  if (query_->transient) return;
  if (next_checkpoint_ms_ == 0) next_checkpoint_ms_ = now_ms + services_.checkpoint_interval_ms;
  if (wants_checkpoint || now_ms >= next_checkpoint_ms_) {
    for (auto& slot : slots_) checkpoint(*slot);
    next_checkpoint_ms_ = now_ms + services_.checkpoint_interval_ms;
  }
}

void QueryUnit::report_progress(int64_t now_ms) {
  for (auto& slot : slots_) {
    for (size_t i = 0; i < slot->inputs.size(); ++i) {
      query_->status->set_progress(slot->inputs[i], std::max(slot->task->position(i), slot->start[i]),
                                   slot->task->stream_time());
    }
    query_->status->filtered.fetch_add(slot->task->take_filtered(), std::memory_order_relaxed);
  }
  if (const uint64_t out = query_->status->records_out.load(std::memory_order_relaxed); out != reported_out_) {
    reported_out_ = out;
    query_->status->last_output_ms.store(now_ms, std::memory_order_relaxed);
  }
}

void QueryUnit::checkpoint(Slot& slot) {
  if (slot.state->store_names().empty()) return;
  slot.state->checkpoint(Json{{"changelogs", slot.changelog_ends}, {"stream_time", slot.committed.stream_time}}.dump());
}

int64_t QueryUnit::next_due_ms() const {
  if (stopped_) return INT64_MAX;
  if (!is_open_) return retry_at_ms_;
  int64_t due = dirty_ ? dirty_since_ms_ + services_.commit_interval_ms : INT64_MAX;
  for (const auto& slot : slots_) due = std::min(due, slot->waits_until_ms);
  return due;
}

// Everything since the last commit is dropped; the next open() starts from there.
void QueryUnit::fail(const std::string& reason, bool retry, int64_t now_ms) {
  try {
    if (transaction_) transaction_->abort();
  } catch (const std::exception& e) {
    spdlog::warn("query {}: abort failed: {}", query_->id, e.what());
  }
  slots_.clear();
  routes_.clear();
  paused_.clear();
  reader_.reset();
  transaction_.reset();
  is_open_ = false;
  dirty_ = false;
  if (retry) {
    backoff_ms_ = backoff_ms_ == 0 ? kFirstBackoffMs : std::min(backoff_ms_ * 2, kLongestBackoffMs);
    retry_at_ms_ = now_ms + backoff_ms_;
    query_->status->set(QueryStatus::State::kRetrying, reason);
    spdlog::warn("query {}: {} It is tried again in {} ms.", query_->id, reason, backoff_ms_);
    return;
  }
  stopped_ = true;
  query_->status->set(QueryStatus::State::kError, reason);
  if (query_->client) query_->client->fail(reason);
  spdlog::error("query {} ended: {}", query_->id, reason);
}

void QueryUnit::close() {
  if (!is_open_) return;
  try {
    const int64_t now = services_.tasks.clock();
    if (dirty_) commit(now);
    if (!query_->transient) {
      for (auto& slot : slots_) checkpoint(*slot);
    }
  } catch (const std::exception& e) {
    // Nothing is lost: the next start begins at the last commit.
    spdlog::warn("query {}: closing: {}", query_->id, e.what());
  }
  slots_.clear();
  routes_.clear();
  paused_.clear();
  reader_.reset();
  transaction_.reset();
  is_open_ = false;
}

}  // namespace weir
