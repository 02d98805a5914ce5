#include "engine/runtime/lane.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

#include "engine/formats/schema_registry.h"
#include "engine/runtime/backoff.h"
#include "engine/runtime/query_topics.h"

namespace weir {

namespace {

const std::string kFencedHint =
    " Another process has the same server id: was the state directory copied? Give each server its own.";

bool is_passing(log::LogError::Kind kind) {
  return kind == log::LogError::Kind::kUnavailable || kind == log::LogError::Kind::kTimeout;
}

std::string topic_refuses_message(const QueryDefinition& query, const log::LogError& error) {
  return std::string(error.what()) + ". Nothing of what query " + query.id +
         " has done since its last commit was written. Mend it (the right to write to the topic, its " +
         "max.message.bytes) and RESUME " + query.id + ".";
}

// Trying again may help, by itself or when somebody has mended what is wrong outside.
bool may_pass(const std::exception& error) {
  if (const auto* of_log = dynamic_cast<const log::LogError*>(&error)) return is_passing(of_log->kind());
  if (const auto* of_registry = dynamic_cast<const SchemaRegistryError*>(&error)) {
    return of_registry->kind() == SchemaRegistryError::Kind::kUnavailable;
  }
  const auto* of_state = dynamic_cast<const state::StateError*>(&error);
  return of_state != nullptr && of_state->kind() != state::StateError::Kind::kOther;
}

}  // namespace

Lane::Lane(const RuntimeServices& services, log::SlotGroup* group, int32_t worker, std::function<void()> wake)
    : services_(services),
      group_(group),
      worker_(worker),
      wake_(std::move(wake)),
      reader_(std::make_unique<SharedReader>(*services.log, wake_)) {}

void Lane::open() {
  if (transaction_) return;
  transaction_ = group_ ? group_->open_transaction(worker_) : services_.log->open_transaction("");
}

QueryUnit* Lane::find(const std::string& query_id) const {
  const auto found =
      std::find_if(units_.begin(), units_.end(), [&](const auto& unit) { return unit->query().id == query_id; });
  return found == units_.end() ? nullptr : found->get();
}

template <class Action>
bool Lane::guard(int64_t now_ms, Action action) {
  try {
    action();
    return true;
  } catch (const log::LogError& e) {
    on_log_error(e, now_ms);
  } catch (const std::exception& e) {
    start_over(e.what(), now_ms);
  }
  return false;
}

void Lane::add(const std::shared_ptr<const QueryDefinition>& query, const std::vector<TaskPlace>& places) {
  if (QueryUnit* unit = find(query->id)) return unit->add(places);
  units_.push_back(std::make_unique<QueryUnit>(query, services_, *reader_, group_, wake_));
  units_.back()->add(places);
}

void Lane::remove(const std::string& query_id, bool forget) {
  QueryUnit* const unit = find(query_id);
  if (unit == nullptr) return;
  const int64_t now = services_.tasks.clock();
  // Where it fails nothing is lost: the next start begins at the last commit.
  guard(now, [&] {
    if (transaction_ && unit->dirty()) commit(now);
    if (!forget) unit->checkpoint();
    if (forget && transaction_) {
      unit->forget_positions(*transaction_);
      commit(now);
    }
  });
  std::erase_if(units_, [&](const auto& other) { return other.get() == unit; });
}

void Lane::end_without_topic(const std::string& query_id, const std::string& topic, const std::string& reason) {
  QueryUnit* const unit = find(query_id);
  if (unit == nullptr) return;
  const int64_t now = services_.tasks.clock();
  guard(now, [&] {
    if (!transaction_) return;
    abort();
    unit->read_anew(topic, *transaction_);
    if (!transaction_->empty()) transaction_->commit();
  });
  unit->fail(reason, false, now);
}

void Lane::release(const std::set<int32_t>& slots, bool lost) {
  const int64_t now = services_.tasks.clock();
  const auto let_go = [&] {
    for (const auto& unit : units_) unit->release(slots);
  };
  const bool released = guard(now, [&] {
    if (transaction_ && dirty()) {
      if (lost) {
        abort();
      } else {
        commit(now);
      }
    }
    let_go();
  });
  if (!released) let_go();
  std::erase_if(units_, [](const auto& unit) { return unit->empty(); });
}

bool Lane::step(int64_t now_ms) {
  if (units_.empty() || now_ms < retry_at_ms_) return false;
  retry_at_ms_ = 0;
  bool busy = false;
  guard(now_ms, [&] { busy = work(now_ms); });
  // What was rolled back is there to be read again, whether anything new arrives or not.
  busy = std::exchange(rolled_back_, false) || busy;
  return busy && retry_at_ms_ == 0;
}

bool Lane::work(int64_t now_ms) {
  if (!transaction_) {
    open();
    if (group_ && std::exchange(reopened_, false)) {
      std::set<int32_t> slots;
      for (const auto& unit : units_) unit->list_slots(slots);
      group_->settle({slots.begin(), slots.end()});
    }
  }
  bool busy = false;
  open_units(now_ms, busy);
  busy = reader_->poll(services_.fetch_records) > 0 || busy;
  for (const auto& unit : units_) {
    attempt(*unit, now_ms, [&] { busy = unit->work(now_ms) > 0 || busy; });
  }
  reader_->balance();
  if (!dirty()) {
    is_dirty_ = false;
    return busy;
  }
  if (!std::exchange(is_dirty_, true)) dirty_since_ms_ = now_ms;
  const bool due = now_ms - dirty_since_ms_ >= services_.commit_interval_ms ||
                   transaction_->pending_bytes() >= services_.commit_bytes || (services_.commit_when_idle && !busy) ||
                   std::any_of(units_.begin(), units_.end(), [](const auto& unit) { return unit->needs_commit(); });
  if (!due) return busy;
  commit(now_ms);
  return true;  // a stage may have fed another
}

void Lane::open_units(int64_t now_ms, bool& busy) {
  for (const auto& unit : units_) {
    try {
      busy = unit->open_step(*transaction_, now_ms) || busy;
    } catch (const std::exception& e) {
      // Nothing but what its running tasks have done is in the transaction.
      const bool was_dirty = unit->dirty();
      unit->fail(e.what(), may_pass(e), now_ms);
      if (was_dirty) abort();
    }
  }
}

template <class Action>
bool Lane::attempt(QueryUnit& unit, int64_t now_ms, Action action) {
  try {
    action();
    return true;
  } catch (const log::LogError& e) {
    // What another unit has appended to its topic may come to light here.
    if (is_passing(e.kind()) || e.kind() == log::LogError::Kind::kFenced || !e.topic().empty()) throw;
    fail_unit(unit, e.what(), false, now_ms);
  } catch (const std::exception& e) {
    fail_unit(unit, e.what(), may_pass(e), now_ms);
  }
  return false;
}

// What the unit has put into the transaction can't be told from what the others have.
void Lane::fail_unit(QueryUnit& unit, const std::string& reason, bool retry, int64_t now_ms) {
  unit.fail(reason, retry, now_ms);
  abort();
}

bool Lane::dirty() const {
  return std::any_of(units_.begin(), units_.end(), [](const auto& unit) { return unit->dirty(); });
}

void Lane::commit(int64_t now_ms) {
  for (const auto& unit : units_) {
    // The unit has taken the transaction with it: nothing is left to commit.
    if (!attempt(*unit, now_ms, [&] { unit->append_changes(*transaction_); })) return;
  }
  std::map<log::TopicPartition, int64_t> ends;
  if (!transaction_->empty()) transaction_->commit(&ends);
  is_dirty_ = false;
  backoff_ms_ = 0;
  const bool recovered = std::exchange(is_retrying_, false);
  for (const auto& unit : units_) {
    if (recovered) unit->set_recovered();
    try {
      unit->committed(ends, now_ms);
    } catch (const std::exception& e) {
      // A checkpoint that the disk refuses: this unit opens again from the commit, and the others, which have nothing
      // in the transaction any more, hear of it as if nothing had happened.
      unit->fail(e.what(), may_pass(e), now_ms);
    }
  }
}

void Lane::abort() {
  transaction_->abort();
  for (const auto& unit : units_) unit->roll_back();
  is_dirty_ = false;
  rolled_back_ = true;
}

// A topic that is gone, or refuses what it is given, is the matter of those who write to it. True when there are such.
bool Lane::fail_writers(const log::LogError& error, int64_t now_ms) {
  const bool of_topic = error.kind() == log::LogError::Kind::kNotFound || error.kind() == log::LogError::Kind::kInvalid;
  if (!of_topic || error.topic().empty() || !transaction_) return false;
  bool found = false;
  for (const auto& unit : units_) {
    if (!writes_topic(unit->query(), error.topic())) continue;
    found = true;
    const bool gone = error.kind() == log::LogError::Kind::kNotFound;
    unit->fail(gone ? topic_gone_message(unit->query(), error.topic()) : topic_refuses_message(unit->query(), error),
               false, now_ms);
  }
  if (!found) return false;
  try {
    abort();
  } catch (const std::exception& e) {
    start_over(e.what(), now_ms);
  }
  return true;
}

void Lane::on_log_error(const log::LogError& error, int64_t now_ms) {
  if (fail_writers(error, now_ms)) return;
  const bool fenced = error.kind() == log::LogError::Kind::kFenced;
  const std::string reason = fenced ? error.what() + kFencedHint : error.what();
  if (error.kind() != log::LogError::Kind::kUnavailable || !transaction_) return start_over(reason, now_ms);
  try {
    abort();
  } catch (const std::exception& e) {
    spdlog::warn("a transaction can't be aborted: {}", e.what());
    return start_over(reason, now_ms);
  }
  is_retrying_ = true;
  retry_later(reason, now_ms);
}

// Nothing that is known of the transaction holds any more: everything begins anew from what the log has.
void Lane::start_over(const std::string& reason, int64_t now_ms) {
  transaction_.reset();
  reopened_ = true;
  is_dirty_ = false;
  for (const auto& unit : units_) unit->reset();
  retry_later(reason, now_ms);
}

void Lane::retry_later(const std::string& reason, int64_t now_ms) {
  for (const auto& unit : units_) unit->set_retrying(reason);
  retry_at_ms_ = next_try_ms(backoff_ms_, now_ms);
  spdlog::warn("worker {}: {} It is tried again in {} ms.", worker_, reason, backoff_ms_);
}

int64_t Lane::next_due_ms() const {
  if (units_.empty()) return INT64_MAX;
  if (!transaction_ || retry_at_ms_ > 0) return retry_at_ms_;
  int64_t due = is_dirty_ ? dirty_since_ms_ + services_.commit_interval_ms : INT64_MAX;
  for (const auto& unit : units_) due = std::min(due, unit->next_due_ms());
  return due;
}

void Lane::close() {
  try {
    if (transaction_ && dirty()) commit(services_.tasks.clock());
    for (const auto& unit : units_) unit->checkpoint();
  } catch (const std::exception& e) {
    // Nothing is lost: the next start begins at the last commit.
    spdlog::warn("worker {}: closing: {}", worker_, e.what());
  }
  units_.clear();
  transaction_.reset();
}

bool Lane::is_over() const {
  return std::all_of(units_.begin(), units_.end(),
                     [](const auto& unit) { return unit->query().transient && unit->query().client->closed(); });
}

}  // namespace weir
