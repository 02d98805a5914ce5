// The time of a store that expires its rows: the highest that it has seen, and what is expired by that. Part of the
// store's committed state: an abort sets it back. Owned by a store, used from its task's thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "storage/state/codec.h"
#include "storage/state/state.h"

namespace weir::state {

class RetentionClock {
 public:
  RetentionClock(const std::string& store, int64_t retention_ms) : retention_ms_(retention_ms) {
    if (retention_ms < 0) {
      throw StateError("Store '" + store + "' can't keep rows for " + std::to_string(retention_ms) +
                       " ms: a retention may not be negative.");
    }
  }

  int64_t observed() const { return observed_; }
  bool changed() const { return observed_ != committed_; }
  bool expired(int64_t time) const { return time <= horizon_; }
  // Rows at this time and before are expired. INT64_MIN before the first record.
  int64_t horizon() const { return horizon_; }
  // The earliest time that is not expired.
  int64_t first_live() const { return horizon_ == INT64_MAX ? INT64_MAX : horizon_ + 1; }
  int64_t committed_horizon() const { return saturating_subtract(committed_, retention_ms_); }
  int64_t retention_ms() const { return retention_ms_; }

  void advance(int64_t time) {
    if (time > observed_) set(time);
  }
  // What a checkpoint or a changelog has, as committed.
  void restore(int64_t time) {
    advance(time);
    commit();
  }
  void commit() { committed_ = observed_; }
  void abort() { set(committed_); }

 private:
  void set(int64_t time) {
    observed_ = time;
    horizon_ = saturating_subtract(time, retention_ms_);
  }

  int64_t retention_ms_;
  int64_t observed_ = INT64_MIN;
  int64_t committed_ = INT64_MIN;
  int64_t horizon_ = INT64_MIN;
};

}  // namespace weir::state
