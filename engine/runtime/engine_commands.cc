// The engine's part of the command log: commands are appended, read back in the topic's order, applied to the catalog;
// then the process is made to run what the catalog says. A thread follows what other servers append.
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <unordered_map>

#include "engine/runtime/dead_letter_replay.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/slot_map.h"
#include "engine/runtime/uuid.h"

namespace weir {

namespace {

constexpr std::chrono::seconds kStopPatience{5};  // for the other servers to stop a query that has ended
constexpr std::chrono::seconds kFencedPause{5};   // before a connector that another server took over is started again

}  // namespace

std::unique_lock<std::mutex> Engine::lock_statements() {
  std::unique_lock lock(statement_mutex_);
  if (shares_log_) {
    command_log_->read_to_end([this](const Command& command) { change_catalog(command); });
    tell_quarantined();
    run_catalog();
  }
  statement_base_ = command_log_->position();
  return lock;
}

void Engine::append_and_apply(Command command, bool may_be_overtaken) {
  command.id = random_uuid();
  if (may_be_overtaken) command.base = statement_base_;
  PersistentQueryPtr ending;
  if (command.action == Command::Action::kTerminate) ending = catalog_->find_query(command.name);
  if (command.action == Command::Action::kDropSource) {
    const SourcePtr source = catalog_->find_source(command.name);
    if (source && source->query) ending = catalog_->find_query(*source->query);
  }
  command_log_->append(command);
  const CommandOutcome outcome =
      command_log_->read_own(command.id, [this](const Command& read) { change_catalog(read); });
  tell_quarantined(outcome.offset);
  const std::map<std::string, std::exception_ptr> failures = run_catalog();
  if (outcome.kind == CommandOutcome::Kind::kVoid) throw StatementOvertaken{};
  if (outcome.failure) std::rethrow_exception(outcome.failure);
  // The next command of the same statement rests on this one; unless another's has come in behind it.
  if (command_log_->last_effective() == outcome.offset) statement_base_ = command_log_->position();
  if (ending) delete_leftovers(*ending);
  const auto failure = failures.find(command.query ? command.query->id : command.name);
  if (failure == failures.end() || started_[failure->first].again) return;  // when the log is back, it starts by itself
  if (command.query || command.action == Command::Action::kResume) std::rethrow_exception(failure->second);
}

void Engine::change_catalog(const Command& command) {
  using Action = Command::Action;
  switch (command.action) {
    case Action::kCreate:
      if (command.query) {
        for (const std::string& source : command.query->sources) {
          const bool own = command.source && command.source->name == source;
          if (!own && !catalog_->find_source(source)) {
            throw std::runtime_error("the source " + source + " no longer exists");
          }
        }
      }
      if (command.source) catalog_->put_source(std::make_shared<const Source>(*command.source));
      if (command.query) {
        // CREATE OR REPLACE: the new plan goes on with the old one's offsets and stores, and stays paused if that was.
        PersistentQuery query = *command.query;
        const PersistentQueryPtr replaced = catalog_->find_query(query.id);
        if (replaced) query.paused = replaced->paused;
        query.incarnation = replaced ? replaced->incarnation : command.offset;
        if (replaced) {  // its stores are as many as they were
          for (auto& [topic, partitions] : query.source_partitions) {
            const auto before = replaced->source_partitions.find(topic);
            if (before != replaced->source_partitions.end()) partitions = before->second;
          }
        }
        catalog_->observe_query_id(query.id);
        catalog_->put_query(std::make_shared<const PersistentQuery>(std::move(query)));
      }
      return;
    case Action::kDropSource: {
      const SourcePtr source = catalog_->find_source(command.name);
      if (source && source->query) catalog_->remove_query(*source->query);
      catalog_->remove_source(command.name);
      return;
    }
    case Action::kTerminate:
      catalog_->remove_query(command.name);
      return;
    case Action::kPause:
    case Action::kResume: {
      const PersistentQueryPtr found = catalog_->find_query(command.name);
      if (!found) throw std::runtime_error("the query " + command.name + " doesn't exist");
      PersistentQuery query = *found;
      query.paused = command.action == Action::kPause;
      catalog_->put_query(std::make_shared<const PersistentQuery>(std::move(query)));
      return;
    }
    case Action::kCreateType:
      catalog_->put_type(command.name, resolve_type(*sql::parse_type_name(command.type), catalog_.get()));
      return;
    case Action::kDropType:
      catalog_->remove_type(command.name);
      return;
    case Action::kCreateConnector:
      connectors_wanted_[command.connector->name] = std::make_shared<const ConnectorDefinition>(*command.connector);
      return;
    case Action::kDropConnector:
      connectors_wanted_.erase(command.name);
      return;
    case Action::kAlterSystem:
      Config::check_session_property(command.name, command.value);  // a newer program's property can't be replayed
      {
        std::lock_guard lock(system_mutex_);
        system_properties_[command.name] = command.value;
      }
      // Running queries go on with the new value at once, from their last commit: a new entry is started anew.
      for (const PersistentQueryPtr& query : catalog_->queries()) {
        if (query->properties.contains(command.name)) continue;
        catalog_->put_query(std::make_shared<const PersistentQuery>(*query));
      }
      return;
  }
}

std::map<std::string, std::exception_ptr> Engine::run_catalog() {
  const std::vector<PersistentQueryPtr> queries = catalog_->queries();
  std::unordered_map<std::string_view, PersistentQueryPtr> by_id;
  for (const PersistentQueryPtr& query : queries) by_id[query->id] = query;
  for (auto at = started_.begin(); at != started_.end();) {
    const auto found = by_id.find(at->first);
    const PersistentQueryPtr wanted = found == by_id.end() ? nullptr : found->second;
    const PersistentQuery& running = *at->second.query;
    if (wanted == at->second.query) {
      ++at;
      continue;
    }
    stop_query(at->first, !wanted || wanted->incarnation != running.incarnation);
    at = started_.erase(at);
  }
  std::map<std::string, std::exception_ptr> failures;
  for (const PersistentQueryPtr& query : queries) {
    const auto known = started_.find(query->id);
    if (known != started_.end() && !known->second.again) continue;
    Started& started = started_[query->id];
    started = {query, false};
    try {
      start_query(*query);
    } catch (const std::exception& e) {
      failures[query->id] = std::current_exception();
      const auto* error = dynamic_cast<const log::LogError*>(&e);
      started.again = error != nullptr && (error->kind() == log::LogError::Kind::kUnavailable ||
                                           error->kind() == log::LogError::Kind::kTimeout);
      mark_broken(query->id, e.what(), started.again ? QueryStatus::State::kRetrying : QueryStatus::State::kError);
    }
  }
  run_connectors();
  commands_applied_.store(command_log_->position());
  if (servers_) servers_->changed();
  return failures;
}

void Engine::run_connectors() {
  for (auto at = connectors_started_.begin(); at != connectors_started_.end();) {
    const auto wanted = connectors_wanted_.find(at->first);
    // Another server took it for gone, and the connector for its own, but it is this one's again.
    const bool fenced = at->second.own && connectors_->is_fenced(at->first) &&
                        std::chrono::steady_clock::now() - at->second.since > kFencedPause;
    if (wanted != connectors_wanted_.end() && wanted->second == at->second.connector &&
        owns_connector(at->first) == at->second.own && !fenced) {
      ++at;
      continue;
    }
    connectors_->stop(at->first);
    at = connectors_started_.erase(at);
  }
  for (const auto& [name, connector] : connectors_wanted_) {
    if (connectors_started_.contains(name)) continue;
    const bool own = owns_connector(name);
    if (own) {
      connectors_->start(*connector);
    } else {
      connectors_->hold(*connector);
    }
    connectors_started_[name] = {connector, own, std::chrono::steady_clock::now()};
  }
}

// A connector runs where a query would that read a topic of its name.
bool Engine::owns_connector(const std::string& name) const { return workers_->owns(slot_shift(name), 0); }

void Engine::follow_commands() {
  const std::lock_guard lock(statement_mutex_);
  if (!replayed_) return;
  try {
    command_log_->read_new([this](const Command& command) { change_catalog(command); });
    tell_quarantined();
    run_catalog();
  } catch (const std::exception& e) {
    spdlog::warn("the command log can't be followed now: {}", e.what());
  }
}

void Engine::tell_quarantined(int64_t except_offset) {
  const std::vector<QuarantinedCommand> all = command_log_->quarantined();
  for (; told_quarantined_ < all.size(); ++told_quarantined_) {
    const QuarantinedCommand& command = all[told_quarantined_];
    if (command.offset == except_offset) continue;
    tell("A statement of the command log doesn't apply and is left out: " + command.statement + "\n  " +
         command.reason);
  }
}

void Engine::claim_state_directory(const PersistentQuery& query) const {
  if (services_.state_dir.empty()) return;
  const std::filesystem::path directory = services_.state_dir + "/" + query.id;
  const std::filesystem::path file = directory / "incarnation";
  const std::string own = std::to_string(query.incarnation);
  std::string kept;
  std::ifstream(file) >> kept;
  if (kept == own) return;
  std::error_code ignored;  // what can't be removed or written shows when the stores are opened
  if (!kept.empty()) std::filesystem::remove_all(directory, ignored);
  std::filesystem::create_directories(directory, ignored);
  std::ofstream(file, std::ios::trunc) << own << "\n";
}

void Engine::delete_leftovers(const PersistentQuery& query) {
  // Whoever still runs the query would be sorry for its topics, or make them anew.
  if (servers_ && !servers_->await_commands(command_log_->position(), kStopPatience)) {
    spdlog::warn("not all servers have stopped the query {}: its topics are deleted all the same", query.id);
  }
  const auto names = named_definition(query.id, plan_from_json(query.plan));
  delete_internal_topics(*names);
  services_.log->delete_group(names->group);
  services_.log->delete_group(dead_letter_group(*names));
}

}  // namespace weir
