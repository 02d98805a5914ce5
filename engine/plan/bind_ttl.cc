#include "engine/plan/bind_ttl.h"

#include "engine/plan/messages.h"

namespace weir {

std::optional<int64_t> bind_ttl(const WithClause& with, sql::SourceKind kind, bool windowed) {
  if (!with.has("TTL")) return std::nullopt;
  const sql::Position& pos = with.position("TTL");
  if (kind != sql::SourceKind::kTable) {
    refuse(
        "TTL belongs to a table, whose rows end when they weren't updated for so long. A stream keeps no rows: how "
        "long its topic has them is RETENTION_MS.",
        pos);
  }
  if (windowed) {
    refuse(
        "TTL is for tables without windows: a window ends by itself. How long it is kept is the RETENTION of its "
        "WINDOW clause.",
        pos);
  }
  return with.duration("TTL");
}

}  // namespace weir
