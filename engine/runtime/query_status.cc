#include "engine/runtime/query_status.h"

namespace weir {

const char* query_state_name(QueryStatus::State state) {
  switch (state) {
    case QueryStatus::State::kStarting:
      return "STARTING";
    case QueryStatus::State::kRunning:
      return "RUNNING";
    case QueryStatus::State::kPaused:
      return "PAUSED";
    case QueryStatus::State::kRetrying:
      return "RETRYING";
    case QueryStatus::State::kError:
      return "ERROR";
    case QueryStatus::State::kTerminated:
      return "TERMINATED";
  }
  return "UNKNOWN";
}

}  // namespace weir
