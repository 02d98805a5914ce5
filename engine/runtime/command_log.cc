#include "engine/runtime/command_log.h"

#include <chrono>
#include <limits>
#include <optional>

namespace weir {

namespace {

constexpr std::chrono::seconds kReadPatience{30};  // without progress, that long
constexpr std::chrono::milliseconds kReadPause{200};
constexpr size_t kReadRecords = 1024;
constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max();

}  // namespace

void CommandLog::create() { log_->ensure_topic(topic_, log::internal_topic()); }

void CommandLog::append(const Command& command) {
  if (!appender_) appender_ = log_->open_transaction("");
  const std::string value = command_to_json(command);
  log::RecordView record;
  record.key = "command";
  record.value = value;
  record.timestamp =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  try {
    appender_->append(topic_, 0, record);
    appender_->commit();
  } catch (...) {
    appender_.reset();
    throw;
  }
}

CommandOutcome CommandLog::take(const log::RecordView& record, const Apply& apply) {
  position_ = record.offset + 1;
  const std::string text(record.value.value_or(std::string_view{}));
  CommandEnvelope envelope = command_envelope(text);
  CommandOutcome outcome{CommandOutcome::Kind::kApplied, record.offset, nullptr};
  if (envelope.base && last_effective_ >= *envelope.base) {
    outcome.kind = CommandOutcome::Kind::kVoid;
    return outcome;
  }
  last_effective_ = record.offset;
  try {
    Command command = command_from_json(text);
    command.offset = record.offset;
    apply(command);
  } catch (const std::exception& e) {
    outcome.kind = CommandOutcome::Kind::kQuarantined;
    outcome.failure = std::current_exception();
    const std::lock_guard lock(mutex_);
    quarantined_.push_back({record.offset, envelope.statement.empty() ? text : envelope.statement, e.what()});
  }
  return outcome;
}

void CommandLog::open_reader() {
  if (reader_) return;
  auto reader = log_->open_reader();
  if (ready_) reader->on_ready(ready_);
  const log::TopicPartition partition{topic_, 0};
  position_ = std::max(position_, log_->begin_offset(partition));
  reader->assign(partition, position_);
  reader_ = std::move(reader);
}

void CommandLog::read(int64_t end, const std::function<bool(const log::RecordView&)>& done) {
  open_reader();
  const log::TopicPartition partition{topic_, 0};
  auto progress = std::chrono::steady_clock::now();
  bool found = false;
  while (!found && position_ < end) {
    const int64_t before = position_;
    // All of what has been taken from the reader is applied, also what lies behind the record that is looked for.
    for (const log::FetchedRecords& fetched : reader_->poll(kReadPause, kReadRecords)) {
      for (const log::RecordView& record : fetched.records) found = done(record) || found;
    }
    // Kafka counts offsets that no record has.
    if (end != kUnbounded && reader_->at_end(partition)) return;
    const auto now = std::chrono::steady_clock::now();
    if (position_ > before) progress = now;
    if (now - progress <= kReadPatience) continue;
    throw log::LogError(log::LogError::Kind::kTimeout, "Reading the command log " + topic_ + " from offset " +
                                                           std::to_string(position_) + " makes no progress");
  }
}

void CommandLog::read_to_end(const Apply& apply) {
  const int64_t end = log_->end_offset({topic_, 0});
  read(end, [&](const log::RecordView& record) {
    take(record, apply);
    return false;
  });
}

CommandOutcome CommandLog::read_own(const std::string& id, const Apply& apply) {
  std::optional<CommandOutcome> own;
  read(kUnbounded, [&](const log::RecordView& record) {
    const bool mine = command_envelope(std::string(record.value.value_or(std::string_view{}))).id == id;
    CommandOutcome outcome = take(record, apply);
    if (mine) own = std::move(outcome);
    return mine;
  });
  return *own;
}

void CommandLog::read_new(const Apply& apply) {
  open_reader();
  while (true) {
    const int64_t before = position_;
    for (const log::FetchedRecords& fetched : reader_->poll(std::chrono::milliseconds(0), kReadRecords)) {
      for (const log::RecordView& record : fetched.records) take(record, apply);
    }
    if (position_ == before) return;
  }
}

std::vector<QuarantinedCommand> CommandLog::quarantined() const {
  const std::lock_guard lock(mutex_);
  return quarantined_;
}

}  // namespace weir
