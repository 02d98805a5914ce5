// The engine among the servers of its service: what it tells them of itself, what it knows of them.
#include <algorithm>

#include "engine/runtime/engine.h"
#include "engine/runtime/slot_map.h"

namespace weir {

ServerInfo Engine::describe_server() const {
  ServerInfo info;
  info.id = services_.server_id;
  info.listener = config_.get("advertised.listener");
  info.version = WEIR_VERSION;
  info.started_ms = started_ms_;
  info.commands = commands_applied_.load();
  info.slots = workers_->owned_slots();
  std::lock_guard lock(queries_mutex_);
  for (const auto& [id, query] : running_) {
    info.queries[id] = {query_state_name(query->status->state()), query->status->reason()};
  }
  return info;
}

void Engine::join_servers() {
  if (!shares_log_ || servers_) return;
  ServerDirectory::Options options;
  options.topic = "_weir-" + config_.get("service.id") + "-servers";
  options.server_id = services_.server_id;
  options.heartbeat_interval =
      std::chrono::milliseconds(std::max<int64_t>(100, config_.get_int("heartbeat.send.interval.ms")));
  options.describe = [this] { return describe_server(); };
  options.clock_ms = services_.tasks.clock;
  servers_ = std::make_unique<ServerDirectory>(services_.log, std::move(options));
}

std::vector<ServerInfo> Engine::servers() const {
  if (servers_) return servers_->servers();
  ServerInfo own = describe_server();
  own.heartbeat_ms = services_.tasks.clock();
  return {std::move(own)};
}

std::string Engine::connector_owner(const std::string& name) const {
  const auto slot = workers_->slot(slot_shift(name), 0);
  if (!slot) return "";
  for (const ServerInfo& server : servers()) {
    if (server.alive && std::find(server.slots.begin(), server.slots.end(), *slot) != server.slots.end()) {
      return server.id;
    }
  }
  return "";
}

}  // namespace weir
