#include "engine/sql/ast.h"

namespace weir::sql {

int64_t Duration::millis() const {
  switch (unit) {
    case TimeUnit::kMilliseconds:
      return value;
    case TimeUnit::kSeconds:
      return value * 1000;
    case TimeUnit::kMinutes:
      return value * 60 * 1000;
    case TimeUnit::kHours:
      return value * 60 * 60 * 1000;
    case TimeUnit::kDays:
      return value * 24 * 60 * 60 * 1000;
  }
  return value;
}

const char* source_kind_name(SourceKind kind) { return kind == SourceKind::kStream ? "STREAM" : "TABLE"; }

const char* join_type_name(JoinType type) {
  switch (type) {
    case JoinType::kInner:
      return "INNER";
    case JoinType::kLeft:
      return "LEFT";
    case JoinType::kRight:
      return "RIGHT";
    case JoinType::kFull:
      return "FULL";
  }
  return "";
}

}  // namespace weir::sql
