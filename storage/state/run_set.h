// The runs of one append-only window store: finding rows in them, writing new ones, merging small ones and dropping
// what has expired.
//
// A run goes as a whole once its latest row has expired. Small runs, which frequent checkpoints leave, are merged with
// their neighbours, as long as the result still covers only a part of the retention.
//
// Owned by an AppendWindowStore, used from its task's thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/state/run.h"

namespace weir::state {

// Rows that a lookup found, in the order of (run, time, sequence), with copies of their bytes.
class FoundRows {
 public:
  struct Place {
    int64_t time;
    uint64_t sequence;
    size_t key_at, key_size, value_at, value_size;
  };
  void add(const RunRow& row, bool with_key);
  const std::vector<Place>& places() const { return places_; }
  // By time, equal times by sequence.
  std::vector<const Place*> by_time() const;
  std::string_view key(const Place& place) const {
    return std::string_view(bytes_).substr(place.key_at, place.key_size);
  }
  std::string_view value(const Place& place) const {
    return std::string_view(bytes_).substr(place.value_at, place.value_size);
  }

 private:
  std::vector<Place> places_;
  std::string bytes_;
};

class RunSet {
 public:
  bool empty() const { return runs_.empty(); }
  size_t size() const { return runs_.size(); }
  size_t memory() const { return memory_; }
  int64_t latest() const;  // the highest time of a row; INT64_MIN without any

  // The key's rows with from <= time <= to and a sequence below `before`.
  void find(const Family& family, std::string_view key, uint64_t hash, int64_t from, int64_t to, uint64_t before,
            FoundRows& found) const;
  // All keys' rows.
  void find_all(Family& family, int64_t from, int64_t to, uint64_t before, FoundRows& found) const;

  // A checkpoint has three steps. First begin(): drops the runs that `horizon` has expired and merges some, writing to
  // the checkpoint. Then, where there are new rows, a RunWriter for next_id() whose run is handed to add(). Then
  // finish(), once the checkpoint has taken effect. Without finish() nothing has happened.
  void begin(Family& family, CheckpointWriter& checkpoint, int64_t horizon, int64_t retention_ms);
  uint64_t next_id() { return next_.next_id++; }
  void add(std::unique_ptr<Run> run) { next_.runs.push_back(std::move(run)); }
  std::string pending_descriptor() const;
  void finish(Family& family);

  // At open: the inverse of pending_descriptor(). Removes files that no run of the checkpoint needs.
  void load(Family& family, std::string_view descriptor);

 private:
  struct Pending {
    uint64_t next_id = 1;
    std::vector<std::shared_ptr<Run>> runs;
  };
  static std::pair<size_t, size_t> choose_merge(const std::vector<std::shared_ptr<Run>>& runs, int64_t retention_ms);
  static std::unique_ptr<Run> merge(Family& family, CheckpointWriter& checkpoint,
                                    const std::vector<std::shared_ptr<Run>>& runs, std::pair<size_t, size_t> range,
                                    uint64_t id, int64_t horizon);
  void install(Pending pending);

  std::vector<std::shared_ptr<Run>> runs_;  // in the order of their sequences
  uint64_t next_id_ = 1;
  size_t memory_ = 0;
  Pending next_;
};

}  // namespace weir::state
