// When the rows of a table with a TTL end: a note for each of them, in the order of time, in a key-value store beside
// the rows' own (docs/formats.md, "Expiry"). A row that is updated keeps its old note; only when the note's turn comes
// is it looked at, and put back if the row is younger. So a row costs one note when it is new, and one more each time
// that it has lasted a TTL; an update costs nothing. Stream time, by which rows end, is kept in the store as well:
// whoever goes on after a restart ends the same rows before the same records.
//
// Owned by an operator; its thread.
#pragma once

#include <absl/container/btree_set.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "storage/state/state.h"

namespace weir {

class ExpiryQueue {
 public:
  ExpiryQueue(state::KeyValueStore& notes, int64_t ttl_ms) : notes_(notes), ttl_(ttl_ms) {}

  // Before the first use since the task was made, once its state is there; later calls do nothing. `rows`: those that
  // are there, if there is no queue yet: they were kept when the table had no TTL.
  using VisitRows = std::function<void(const std::function<void(std::string_view key, int64_t time)>&)>;
  void start(const VisitRows& rows);

  // Stream time goes on to a row's time, if that is later. True: rows may have ended, see take().
  bool advance(int64_t time) {
    if (time > stream_time_) {
      stream_time_ = time;
      horizon_ = horizon_at(time);
    }
    return may_have_ended();
  }
  // What advance() would say, were there a row of time `earliest` more.
  bool would_end(int64_t time, int64_t earliest) const {
    return time > stream_time_ && (next_ < horizon_at(time) || earliest < horizon_at(time));
  }
  // A row of this time has ended.
  bool has_ended(int64_t time) const { return time < horizon_; }
  // The moment when a row of this time ends.
  int64_t end_of(int64_t time) const {
    return time > std::numeric_limits<int64_t>::max() - ttl_ - 1 ? std::numeric_limits<int64_t>::max()
                                                                 : time + ttl_ + 1;
  }
  int64_t stream_time() const { return stream_time_; }
  int64_t horizon() const { return horizon_; }  // rows before it have ended
  bool may_have_ended() const { return next_ < horizon_; }
  bool empty();

  // The key's row has this time now, and had that before; nullopt: there was none.
  void changed(std::string_view key, int64_t time, std::optional<int64_t> before) {
    if (!before || time < *before) add(key, time);
  }

  // The rows that have ended, in the order of their time, then of their keys. `time_of(key)`: the present time of the
  // key's row, nullopt if there is none. `end(key, time)` removes it from its store; it may keep the view until it
  // returns.
  template <class TimeOf, class End>
  void take(const TimeOf& time_of, const End& end) {
    int64_t noted = 0;
    while (take_note(key_, noted)) {
      const std::optional<int64_t> time = time_of(std::string_view(key_));
      if (!time || *time < noted) continue;  // gone, or another note has it
      if (*time > noted) {
        add(key_, *time);
      } else {
        end(std::string_view(key_), noted);
      }
    }
  }

  // Keeps stream time: after the rows of a batch.
  void save();

 private:
  int64_t horizon_at(int64_t time) const {
    return time < std::numeric_limits<int64_t>::min() + ttl_ ? std::numeric_limits<int64_t>::min() : time - ttl_;
  }
  void add(std::string_view key, int64_t time);
  // The first note, if its time has come: it is removed.
  bool take_note(std::string& key, int64_t& time);
  void load_head();

  state::KeyValueStore& notes_;
  int64_t ttl_;
  bool started_ = false;
  int64_t stream_time_ = std::numeric_limits<int64_t>::min(), saved_time_ = std::numeric_limits<int64_t>::min();
  int64_t horizon_ = std::numeric_limits<int64_t>::min();  // rows before it have ended
  int64_t next_ = std::numeric_limits<int64_t>::min();     // no note is of an earlier time
  // All notes before `head_end_`: what comes next, read ahead.
  absl::btree_set<std::string> head_;
  std::string head_end_;
  bool head_is_all_ = false;
  std::string note_, key_;  // scratch
};

}  // namespace weir
