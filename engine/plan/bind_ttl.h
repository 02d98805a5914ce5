// TTL of a WITH clause: how long a table's row lasts without being updated. Checked; no state; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/plan/with_clause.h"
#include "engine/sql/ast.h"

namespace weir {

// In milliseconds; nullopt: not given. Throws StatementError for what isn't a table or has a windowed key.
std::optional<int64_t> bind_ttl(const WithClause& with, sql::SourceKind kind, bool windowed);

}  // namespace weir
