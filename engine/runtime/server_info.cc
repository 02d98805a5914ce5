#include "engine/runtime/server_info.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace weir {

std::string server_info_to_json(const ServerInfo& info) {
  nlohmann::json queries = nlohmann::json::object();
  for (const auto& [id, query] : info.queries) queries[id] = {{"state", query.state}, {"error", query.error}};
  return nlohmann::json{{"server", info.id},
                        {"listener", info.listener},
                        {"version", info.version},
                        {"started", info.started_ms},
                        {"heartbeat", info.heartbeat_ms},
                        {"heartbeat_interval", info.heartbeat_interval_ms},
                        {"commands", info.commands},
                        {"queries", std::move(queries)},
                        {"slots", info.slots}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);  // an error's text may hold a record's bytes
}

ServerInfo server_info_from_json(const std::string& text) try {
  const nlohmann::json json = nlohmann::json::parse(text);
  ServerInfo info;
  info.id = json.at("server");
  info.listener = json.value("listener", "");
  info.version = json.value("version", "");
  info.started_ms = json.value("started", int64_t{0});
  info.heartbeat_ms = json.value("heartbeat", int64_t{0});
  info.heartbeat_interval_ms = json.value("heartbeat_interval", int64_t{0});
  info.commands = json.value("commands", int64_t{0});
  const nlohmann::json queries = json.value("queries", nlohmann::json::object());
  for (const auto& [id, query] : queries.items()) {
    info.queries[id] = {query.value("state", ""), query.value("error", "")};
  }
  info.slots = json.value("slots", std::vector<int32_t>{});
  return info;
} catch (const nlohmann::json::exception& e) {
  throw std::invalid_argument(std::string("what a server tells of itself can't be read: ") + e.what());
}

}  // namespace weir
