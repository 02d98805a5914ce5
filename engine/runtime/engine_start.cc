// The engine's start: the log is waited for, the command log replayed, its queries and connectors started.
#include <spdlog/spdlog.h>

#include <chrono>

#include "engine/runtime/engine.h"

namespace weir {

namespace {

constexpr std::chrono::seconds kProbeTimeout{2};  // an attempt to reach a broker can be given up this soon
constexpr std::chrono::milliseconds kProbePause{500};
constexpr std::chrono::seconds kStatementPatience{
    5};  // a statement waits so long for the first answer, or the first failure
// What a dead server had open is aborted after so long, unless it comes back before.
constexpr std::chrono::milliseconds kLongestCommit{10'000};
constexpr int64_t kProcessingLogRetentionMs = int64_t{7} * 24 * 60 * 60 * 1000;

bool log_is_away(const log::LogError& e) {
  return e.kind() == log::LogError::Kind::kUnavailable || e.kind() == log::LogError::Kind::kTimeout;
}

// What tells nothing about streams, queries and topics can be had before they are known.
bool needs_no_log(const sql::Statement& statement) {
  if (const auto* show = std::get_if<sql::Show>(&statement.body)) {
    return show->kind == sql::ShowKind::kProperties || show->kind == sql::ShowKind::kFunctions ||
           show->kind == sql::ShowKind::kVariables;
  }
  if (const auto* describe = std::get_if<sql::Describe>(&statement.body)) {
    return describe->kind == sql::Describe::Kind::kFunction;
  }
  return std::holds_alternative<sql::SetProperty>(statement.body) ||
         std::holds_alternative<sql::UnsetProperty>(statement.body) ||
         std::holds_alternative<sql::DefineVariable>(statement.body) ||
         std::holds_alternative<sql::UndefineVariable>(statement.body) ||
         std::holds_alternative<sql::RunScript>(statement.body);
}

}  // namespace

std::unique_ptr<Engine> Engine::open(EngineOptions options) {
  std::unique_ptr<Engine> engine(new Engine(std::move(options)));
  engine->start_processing_log();
  if (engine->kafka_options_ && engine->options_.when_away == EngineOptions::WhenAway::kBackground) {
    engine->connector_thread_ = std::thread([started = engine.get()] { started->connect_until_there(); });
  } else if (engine->kafka_options_ && engine->options_.when_away == EngineOptions::WhenAway::kWait) {
    engine->connect_until_there();
    const std::lock_guard lock(engine->connection_mutex_);
    if (engine->connection_ != Connection::kReady) {
      throw log::LogError(log::LogError::Kind::kUnavailable,
                          engine->services_.log->description() + " can't be used: " + engine->connection_failure_);
    }
  } else {
    {
      const std::lock_guard statements(engine->statement_mutex_);
      engine->replay();
    }
    const std::lock_guard lock(engine->connection_mutex_);
    engine->connection_ = Connection::kReady;
  }
  return engine;
}

void Engine::tell(const std::string& message) const {
  if (options_.notice) {
    options_.notice(message);
  } else {
    spdlog::warn("{}", message);
  }
}

void Engine::on_log_event(const log::LogEvent& event) {
  {
    const std::lock_guard lock(connection_mutex_);
    if (connection_ == Connection::kConnecting && options_.when_away != EngineOptions::WhenAway::kFail) {
      // Whoever connects tells of it, once.
      if (event.kind == log::LogEvent::Kind::kDown) untold_outages_ = true;
      return;
    }
    if (event.kind == log::LogEvent::Kind::kUp && std::exchange(untold_outages_, false)) return;
  }
  if (event.kind == log::LogEvent::Kind::kUp && !options_.notice) {
    spdlog::info("{}", event.message);
  } else {
    tell(event.message);
  }
}

void Engine::note_away(const std::string& reason) {
  bool first = false;
  {
    const std::lock_guard lock(connection_mutex_);
    if (connection_ != Connection::kConnecting) return;
    first = connection_failure_.empty();
    connection_failure_ = reason;
  }
  connection_changed_.notify_all();
  if (first) tell(reason + ". It is tried again until it is there; " + options_.while_away);
}

bool Engine::giving_up() const {
  if (options_.give_up && options_.give_up()) return true;
  const std::lock_guard lock(connection_mutex_);
  return connection_ == Connection::kStopped;
}

// A log of its own, whose calls end soon: the main log's may wait for half a minute, in which nobody could end the
// program.
void Engine::await_broker() {
  log::KafkaLogOptions probe_options = *kafka_options_;
  probe_options.admin_timeout = kProbeTimeout;
  const auto probe = log::open_kafka_log(probe_options);
  probe->on_event([this](const log::LogEvent& event) {
    if (event.kind != log::LogEvent::Kind::kUp) note_away(event.message);
  });
  const std::string topic = "_weir-" + config_.get("service.id") + "-probe";  // never made: asking for it is enough
  int failures = 0;
  while (!giving_up()) {
    try {
      probe->describe_topic(topic);
      return;
    } catch (const log::LogError& e) {
      if (!log_is_away(e)) return;  // it answers; what it doesn't like will come up again
      // The event, which names the broker and the reason, comes a moment after the first failure.
      bool known;
      {
        const std::lock_guard lock(connection_mutex_);
        known = !connection_failure_.empty();
      }
      if (!known && ++failures > 2) note_away(services_.log->description() + " can't be reached: " + e.what());
    }
    std::unique_lock lock(connection_mutex_);
    connection_changed_.wait_for(lock, kProbePause, [&] { return connection_ == Connection::kStopped; });
  }
}

void Engine::connect_until_there() {
  while (true) {
    try {
      await_broker();
      if (giving_up()) return;
      {
        const std::lock_guard statements(statement_mutex_);
        replay();
      }
      bool was_away;
      {
        const std::lock_guard lock(connection_mutex_);
        if (connection_ == Connection::kStopped) return;
        connection_ = Connection::kReady;
        was_away = !connection_failure_.empty();
      }
      connection_changed_.notify_all();
      if (was_away) tell(services_.log->description() + " is there now.");
      return;
    } catch (const log::LogError& e) {
      if (log_is_away(e)) {
        note_away(e.what());
        continue;
      }
      connection_failed(e.what());
      return;
    } catch (const std::exception& e) {
      connection_failed(e.what());
      return;
    }
  }
}

void Engine::connection_failed(const std::string& reason) {
  {
    const std::lock_guard lock(connection_mutex_);
    connection_ = Connection::kFailed;
    connection_failure_ = reason;
  }
  connection_changed_.notify_all();
  if (options_.when_away == EngineOptions::WhenAway::kBackground) {
    tell(services_.log->description() + " can't be used: " + reason);
  }
}

void Engine::stop_connecting() {
  {
    const std::lock_guard lock(connection_mutex_);
    connection_ = Connection::kStopped;
  }
  connection_changed_.notify_all();
  if (connector_thread_.joinable()) connector_thread_.join();
}

void Engine::require_log(const sql::Statement& statement) {
  std::unique_lock lock(connection_mutex_);
  if (connection_ == Connection::kReady || needs_no_log(statement)) return;
  connection_changed_.wait_for(lock, kStatementPatience,
                               [&] { return connection_ != Connection::kConnecting || !connection_failure_.empty(); });
  if (connection_ == Connection::kReady) return;
  if (connection_ == Connection::kConnecting) {
    throw StatementError(StatementError::Kind::kUnavailable,
                         services_.log->description() + " isn't there yet: " +
                             (connection_failure_.empty() ? "it hasn't answered so far" : connection_failure_) +
                             ". It is tried again in the background; a line tells when it is there.");
  }
  throw StatementError(StatementError::Kind::kUnavailable, services_.log->description() + " can't be used: " +
                                                               connection_failure_ + ". Mend that and start again.");
}

// May be repeated when it has thrown because the log went away.
void Engine::replay() {
  command_log_->create();
  log::TopicConfig processing_log = log::internal_topic();
  processing_log.retention_ms = kProcessingLogRetentionMs;
  services_.log->ensure_topic(services_.processing_log_topic, processing_log);
  command_log_->read_to_end([this](const Command& command) { change_catalog(command); });
  replayed_ = true;
  tell_quarantined();
  join_servers();
  for (const auto& [id, failure] : run_catalog()) {
    try {
      std::rethrow_exception(failure);
    } catch (const log::LogError& e) {
      if (log_is_away(e)) throw;
    } catch (const std::exception&) {
      // The query is there with its reason, until RESUME.
    }
  }
  log::SlotGroupOptions slots;
  slots.service = config_.get("service.id");
  slots.process = services_.server_id;
  slots.stable = options_.keeps_its_place && !services_.state_dir.empty();
  slots.longest_commit = std::max(kLongestCommit, std::chrono::milliseconds(3 * services_.commit_interval_ms));
  // Copies are of use to other servers only.
  const int standby = shares_log_ ? static_cast<int>(config_.get_int("num.standby.replicas")) : 0;
  workers_->join(slots, standby, [this] { return servers(); });
  run_connectors();  // by now it is known which are this server's
}

void Engine::mark_broken(const std::string& id, const std::string& reason, QueryStatus::State state) {
  const std::shared_ptr<QueryStatus> known = query_status(id);
  if (known && known->state() == state && known->reason() == reason) return;
  spdlog::error("query {} can't be started: {}", id, reason);
  auto definition = std::make_shared<QueryDefinition>();
  definition->id = id;
  definition->status = std::make_shared<QueryStatus>();
  definition->status->set(state, reason);
  std::lock_guard lock(queries_mutex_);
  running_[id] = definition;
}

}  // namespace weir
