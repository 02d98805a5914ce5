// What a server tells the others of its service about itself. A value; its JSON is described in docs/formats.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weir {

struct ServerInfo {
  struct Query {
    std::string state, error;
  };

  std::string id;        // ServerId
  std::string listener;  // where its REST API is reached by the others; empty: it has none
  std::string version;
  int64_t started_ms = 0;
  int64_t heartbeat_ms = 0;           // when it told this
  int64_t heartbeat_interval_ms = 0;  // when it tells again, at the latest
  int64_t commands = 0;               // one past the last offset of the command log that it has applied
  std::map<std::string, Query> queries;
  std::vector<int32_t> slots;  // that it owns
  bool alive = true;           // not written: whoever reads knows
};

std::string server_info_to_json(const ServerInfo& info);
// Fields that are missing, of an earlier version, are empty. Throws std::invalid_argument.
ServerInfo server_info_from_json(const std::string& text);

}  // namespace weir
