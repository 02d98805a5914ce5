#include "engine/runtime/running_task.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/runtime/committed_position.h"
#include "engine/runtime/dead_letter_replay.h"

namespace weir {

namespace {

using CheckpointJson = nlohmann::json;

// A changelog keeps the marks of removed rows for a day (delete.retention.ms). An older checkpoint may hold rows whose
// removal can't be seen any more.
constexpr int64_t kOldestCheckpointMs = int64_t{20} * 60 * 60 * 1000;

}  // namespace

RunningTask::RunningTask(const QueryDefinition& query, const RuntimeServices& services, TaskPlace place, int32_t slot)
    : query_(query),
      services_(services),
      place_(place),
      slot_(slot),
      stage_(query.stages[place.stage]),
      directory_(services.state_dir + "/" + query.id + "/" + std::to_string(place.stage) + "_" +
                 std::to_string(place.partition)) {
  for (const PlanNodePtr& input : stage_.inputs) inputs_.push_back({query.input_topic(*input), place.partition});
  drained_since_ms.assign(inputs_.size(), -1);
}

RunningTask::~RunningTask() = default;

void RunningTask::open(log::LogTransaction& transaction) {
  transaction_ = &transaction;
  const bool in_memory = query_.transient || services_.state_dir.empty();
  collector_ = std::make_unique<UnitCollector>(query_, services_, transaction, stage_, place_.partition);
  task_.reset();
  state_ = state::TaskState::open(in_memory ? services_.transient_state : services_.state, directory_,
                                  query_.cache_bytes_per_task);
  make_task();
  changelog_ends_.clear();
  const auto meta = state_->checkpoint_meta();
  if (!meta) return;
  const CheckpointJson json = CheckpointJson::parse(*meta, nullptr, false);
  if (!json.is_object() || !json.contains("changelogs")) return;
  changelog_ends_ = json["changelogs"].get<std::map<std::string, int64_t>>();
  const int64_t written = json.value("time", INT64_MAX);
  if (written < services_.tasks.clock() - kOldestCheckpointMs) wipe(transaction);
}

void RunningTask::make_task() {
  task_ = std::make_unique<Task>(query_.plan, stage_, services_.tasks, *state_, *collector_);
}

void RunningTask::wipe(log::LogTransaction& transaction) {
  task_.reset();
  state_.reset();
  std::filesystem::remove_all(directory_);
  open(transaction);
}

void RunningTask::begin(std::vector<int64_t> start, const TaskProgress& progress) {
  start_ = std::move(start);
  committed_ = progress;
  task_->restore(committed_);
  running_ = true;
}

void RunningTask::roll_back() {
  task_.reset();
  state_->aborted();
  make_task();
  task_->restore(committed_);
  uncommitted_ = false;
  idle_since_ms = -1;
  drained_since_ms.assign(inputs_.size(), -1);
  waits_until_ms = INT64_MAX;
}

void RunningTask::take(size_t input, log::FetchedRecords records) {
  if (input >= inputs_.size()) {
    for (const log::RecordView& letter : records.records) {
      auto record = as_it_was(letter, records.memory);
      if (record) task_->add_replayed(target_of(input), std::move(*record), letter.offset + 1);
    }
    return;
  }
  drained_since_ms[input] = -1;
  query_.status->records_in.fetch_add(records.records.size(), std::memory_order_relaxed);
  task_->add(input, std::move(records));
}

size_t RunningTask::work(const std::function<bool(size_t input)>& may_do_without) {
  waits_until_ms = INT64_MAX;
  const bool was_uncommitted = std::exchange(uncommitted_, true);  // as it stays where the log takes no more
  const size_t rows = task_->process(may_do_without);
  uncommitted_ = was_uncommitted || rows > 0;
  // Also what was filtered away was worked through.
  for (size_t i = 0; i < inputs_.size() && !uncommitted_; ++i) uncommitted_ = task_->position(i) > start_[i];
  for (size_t i = 0; i < replays_.size() && !uncommitted_; ++i) {
    uncommitted_ = task_->replay_position(replays_[i].input) > replays_[i].start;
  }
  return rows;
}

void RunningTask::advance_time(int64_t stream_time) {
  if (stream_time <= task_->stream_time()) return;
  uncommitted_ = true;
  task_->advance_time(stream_time);
}

void RunningTask::restore(const std::string& store, const state::ChangelogRecord& record, int64_t next) {
  state_->restore(store, record);
  changelog_ends_[store] = next;
  checkpoint_is_old_ = true;
}

log::TopicPartition RunningTask::changelog_of(const std::string& store) const {
  return {query_.changelog_topic(store), place_.partition};
}

void RunningTask::append_changelog() {
  if (query_.transient) return;
  const std::string* last = nullptr;
  std::string topic;
  state_->take_changelog([&](const std::string& store, const state::ChangelogRecord& record) {
    if (last != &store) topic = query_.changelog_topic(store);
    last = &store;
    log::RecordView out;
    out.key = record.key;
    out.value = record.value;
    out.timestamp = record.timestamp;
    transaction_->append(topic, place_.partition, out);
  });
}

InputPosition RunningTask::position(size_t input) const {
  return {stage_.inputs[input]->id, std::max(task_->position(input), start_[input]), task_->progress()};
}

InputPosition RunningTask::replay_position(const ReplayInput& replay) const {
  return {stage_.inputs[replay.input]->id, std::max(task_->replay_position(replay.input), replay.start),
          task_->progress()};
}

void RunningTask::committed(const std::map<log::TopicPartition, int64_t>& ends) {
  state_->committed();
  uncommitted_ = false;
  checkpoint_is_old_ = true;
  committed_ = task_->progress();
  for (size_t i = 0; i < inputs_.size(); ++i) start_[i] = std::max(start_[i], task_->position(i));
  for (ReplayInput& replay : replays_) {
    replay.start = std::max(replay.start, task_->replay_position(replay.input));
  }
  if (query_.transient) return;
  for (const std::string& store : state_->store_names()) {
    const auto end = ends.find(changelog_of(store));
    if (end != ends.end()) changelog_ends_[store] = end->second;
  }
}

void RunningTask::checkpoint() {
  if (query_.transient || !checkpoint_is_old_ || state_->store_names().empty()) return;
  state_->checkpoint(CheckpointJson{
      {"changelogs", changelog_ends_}, {"stream_time", committed_.stream_time}, {"time", services_.tasks.clock()}}
                         .dump());
  checkpoint_is_old_ = false;
}

}  // namespace weir
