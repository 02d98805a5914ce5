// The queries that a name in FROM may stand for: those of WITH, of the query itself and of the queries around it. Lives
// on the stack of bind_query; one thread.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/sql/ast.h"

namespace weir {

struct LogicalQuery;

struct CommonTables {
  const CommonTables* around = nullptr;
  const sql::Query* query = nullptr;
  bool for_client = false;                                      // the outermost query is a push query
  int depth = 0;                                                // queries around this one
  std::vector<std::shared_ptr<const LogicalQuery>> bound = {};  // the first ones of query->with

  // Null: there is none of that name so far.
  std::shared_ptr<const LogicalQuery> find(const std::string& name) const {
    for (size_t i = 0; i < bound.size(); ++i) {
      if (query->with[i].name.name == name) return bound[i];
    }
    return around ? around->find(name) : nullptr;
  }
  // WITH names it, but it isn't bound yet.
  bool comes_later(const std::string& name) const {
    const auto first = query->with.begin() + static_cast<std::ptrdiff_t>(bound.size());
    return std::any_of(first, query->with.end(), [&](const auto& table) { return table.name.name == name; }) ||
           (around && around->comes_later(name));
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out = around ? around->names() : std::vector<std::string>{};
    for (size_t i = 0; i < bound.size(); ++i) out.push_back(query->with[i].name.name);
    return out;
  }
};

}  // namespace weir
