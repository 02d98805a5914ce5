#include "engine/runtime/state_restorer.h"

#include <spdlog/spdlog.h>

namespace weir {

namespace {

constexpr size_t kRestoreRecords = 256;  // of a changelog at once: a record may carry many rows
constexpr std::chrono::minutes kRestorePatience{1};
constexpr std::chrono::milliseconds kRestoreWait{10};

}  // namespace

StateRestorer::StateRestorer(const QueryDefinition& query, const RuntimeServices& services,
                             log::LogTransaction& transaction, std::vector<RunningTask*> tasks,
                             std::function<void()> wake)
    : query_(query), own_(true) {
  list_tails(query, services, transaction, tasks);
  if (tails_.empty()) return;
  reader_ = services.log->open_reader();
  reader_->on_ready(std::move(wake));
  for (const auto& [changelog, tail] : tails_) reader_->assign(changelog, tail.next);
}

StateRestorer::StateRestorer(const QueryDefinition& query, const RuntimeServices& services,
                             log::LogTransaction& transaction, std::vector<RunningTask*> tasks,
                             std::shared_ptr<log::LogReader> reader)
    : query_(query), own_(false), reader_(std::move(reader)) {
  list_tails(query, services, transaction, tasks);
  for (const auto& [changelog, tail] : tails_) reader_->assign(changelog, tail.next);
}

StateRestorer::~StateRestorer() {
  for (const auto& [changelog, tail] : tails_) {
    tell_left(tail.next - tail.end);
    if (!own_) reader_->unassign(changelog);
  }
}

void StateRestorer::list_tails(const QueryDefinition& query, const RuntimeServices& services,
                               log::LogTransaction& transaction, const std::vector<RunningTask*>& tasks) {
  std::vector<log::TopicPartition> changelogs;
  for (RunningTask* task : tasks) {
    for (const std::string& store : task->stores()) changelogs.push_back(task->changelog_of(store));
  }
  if (changelogs.empty()) return;
  const std::vector<int64_t> ends =
      own_ ? services.log->settled_ends(changelogs) : services.log->end_offsets(changelogs);
  size_t first = 0;
  for (RunningTask* task : tasks) {
    const std::vector<std::string> stores = task->stores();
    for (size_t i = 0; i < stores.size(); ++i) {
      const auto reached = task->changelog_ends().find(stores[i]);
      if (reached == task->changelog_ends().end() || reached->second <= ends[first + i]) continue;
      spdlog::warn("query {}: the checkpoint in {} is ahead of the log ({} ends at {}, not {}): it is made anew",
                   query.id, task->directory(), changelogs[first + i].topic, ends[first + i], reached->second);
      task->wipe(transaction);
      break;
    }
    for (size_t i = 0; i < stores.size(); ++i) {
      int64_t& next = task->changelog_ends()[stores[i]];
      if (next < ends[first + i]) tails_[changelogs[first + i]] = {task, stores[i], next, ends[first + i]};
    }
    first += stores.size();
  }
  int64_t total = 0;
  for (const auto& [changelog, tail] : tails_) total += tail.end - tail.next;
  tell_left(total);
  if (own_ && total > 0) spdlog::info("query {}: {} changelog records are to be replayed", query.id, total);
}

void StateRestorer::tell_left(int64_t change) {
  if (own_) query_.status->restore_left.fetch_add(change);
}

bool StateRestorer::step(std::chrono::milliseconds budget) {
  const auto until = std::chrono::steady_clock::now() + budget;
  while (!tails_.empty()) {
    const auto fetched = reader_->poll(kRestoreWait, kRestoreRecords);
    for (const log::FetchedRecords& records : fetched) {
      const auto tail = tails_.find(records.source);
      if (tail != tails_.end()) replay(tail->second, records);
    }
    finish_passed();
    const auto now = std::chrono::steady_clock::now();
    if (!fetched.empty()) progress_ = now;
    if (now - progress_ > kRestorePatience && !tails_.empty()) {
      const auto& [changelog, tail] = *tails_.begin();
      throw log::LogError(log::LogError::Kind::kTimeout, "Restoring " + changelog.topic + " from offset " +
                                                             std::to_string(tail.next) + " makes no progress.");
    }
    if (now >= until) break;
  }
  return tails_.empty();
}

void StateRestorer::replay(Tail& tail, const log::FetchedRecords& records) {
  const int64_t before = tail.next;
  for (const log::RecordView& record : records.records) {
    if (record.offset >= tail.end) break;
    tail.next = record.offset + 1;
    tail.task->restore(tail.store, {record.key.value_or(std::string_view{}), record.value, record.timestamp},
                       tail.next);
  }
  tell_left(before - tail.next);
  // What doesn't fit into the cache goes to the disk, with the offsets up to which it has been replayed.
  if (tail.task->state().wants_checkpoint()) tail.task->checkpoint();
}

void StateRestorer::finish_passed() {
  std::erase_if(tails_, [&](const auto& entry) {
    const auto& [changelog, tail] = entry;
    if (tail.next < tail.end && !reader_->at_end(changelog)) return false;
    tell_left(tail.next - tail.end);
    tail.task->changelog_ends()[tail.store] = tail.end;
    reader_->unassign(changelog);
    return true;
  });
}

}  // namespace weir
