#include "storage/state/run_set.h"

#include <algorithm>
#include <bit>
#include <queue>

#include "storage/state/codec.h"

namespace weir::state {

namespace {

constexpr uint64_t kLargestMerge = 64u << 20;  // bytes; bounds how long a checkpoint may take
constexpr size_t kRunsPerMerge = 8;

void check_run_block(const Family& family, const RunBlock& block, uint64_t run) {
  if (!block.damaged()) return;
  family.database().check(rocksdb::Status::Corruption("a block of run " + std::to_string(run), family.store()),
                          "be read");
}

// Reads the rows of a run one after the other.
class RunCursor {
 public:
  RunCursor(Family& family, const Run& run)
      : family_(family), run_(run), cursor_(family.bulk_cursor()), block_({}, 0), done_(run.blocks.empty()) {
    if (done_) return;
    cursor_.seek(Run::first_key(run.id));
    load();
    advance();
  }
  bool done() const { return done_; }
  const RunRow& row() const { return row_; }
  uint64_t hash() const { return hash_; }

  void advance() {
    while (next_row_ >= block_.size()) {
      if (++number_ >= run_.blocks.size()) {
        done_ = true;
        return;
      }
      cursor_.next();
      load();
    }
    if (!block_.read(next_row_++, row_)) check_run_block(family_, block_, run_.id);
    hash_ = hash_key(row_.key);
  }

 private:
  void load() {
    if (!cursor_.valid() || cursor_.key() != Run::block_key(run_.id, number_)) {
      family_.database().check(
          rocksdb::Status::Corruption("missing block of run " + std::to_string(run_.id), family_.store()), "be read");
    }
    block_ = RunBlock(cursor_.value(), run_.first_sequence);
    check_run_block(family_, block_, run_.id);
    next_row_ = 0;
  }

  Family& family_;
  const Run& run_;
  Family::Cursor cursor_;
  RunBlock block_;
  uint32_t next_row_ = 0;
  RunRow row_;
  uint64_t hash_ = 0;
  uint32_t number_ = 0;
  bool done_;
};

uint64_t run_span(int64_t min_time, int64_t max_time) {
  return static_cast<uint64_t>(max_time) - static_cast<uint64_t>(min_time);
}

// Runs of one tier differ in size by less than the factor at which they are merged.
int run_tier(const Run& run) { return static_cast<int>(std::bit_width(run.bytes >> 14)) / 3; }

}  // namespace

void FoundRows::add(const RunRow& row, bool with_key) {
  Place place{row.time, row.sequence, bytes_.size(), 0, 0, row.value.size()};
  if (with_key) {
    place.key_size = row.key.size();
    bytes_.append(row.key);
  }
  place.value_at = bytes_.size();
  bytes_.append(row.value);
  places_.push_back(place);
}

std::vector<const FoundRows::Place*> FoundRows::by_time() const {
  std::vector<const Place*> sorted;
  sorted.reserve(places_.size());
  for (const Place& place : places_) sorted.push_back(&place);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Place* a, const Place* b) { return a->time < b->time; });
  return sorted;
}

int64_t RunSet::latest() const {
  int64_t latest = INT64_MIN;
  for (const auto& run : runs_) latest = std::max(latest, run->max_time);
  return latest;
}

void RunSet::find(const Family& family, std::string_view key, uint64_t hash, int64_t from, int64_t to, uint64_t before,
                  FoundRows& found) const {
  for (const auto& run : runs_) {
    if (run->first_sequence >= before) break;
    if (run->max_time < from || run->min_time > to || !run->filter.may_contain(hash)) continue;
    // The first block whose start is behind (hash, from); the rows may begin in the one before it.
    const auto starts_behind = [&](const Run::BlockStart& start) {
      return start.hash > hash || (start.hash == hash && start.time >= from);
    };
    auto it = std::partition_point(run->blocks.begin(), run->blocks.end(),
                                   [&](const Run::BlockStart& start) { return !starts_behind(start); });
    auto block = static_cast<uint32_t>(it - run->blocks.begin());
    if (block > 0) --block;
    rocksdb::PinnableSlice bytes;
    for (; block < run->blocks.size(); ++block) {
      const Run::BlockStart& start = run->blocks[block];
      if (start.hash > hash || (start.hash == hash && start.time > to)) break;
      if (!family.get(Run::block_key(run->id, block), bytes)) {
        family.database().check(
            rocksdb::Status::Corruption("missing block of run " + std::to_string(run->id), family.store()), "be read");
      }
      const RunBlock rows(bytes.ToStringView(), run->first_sequence);
      RunRow row;
      for (uint32_t i = 0; i < rows.size(); ++i) {
        if (rows.hash(i) != static_cast<uint32_t>(hash) || !rows.read(i, row)) continue;
        if (row.time >= from && row.time <= to && row.sequence < before && row.key == key) found.add(row, false);
      }
      check_run_block(family, rows, run->id);
    }
  }
}

void RunSet::find_all(Family& family, int64_t from, int64_t to, uint64_t before, FoundRows& found) const {
  for (const auto& run : runs_) {
    if (run->first_sequence >= before) break;
    if (run->max_time < from || run->min_time > to) continue;
    for (RunCursor cursor(family, *run); !cursor.done(); cursor.advance()) {
      const RunRow& row = cursor.row();
      if (row.time >= from && row.time <= to && row.sequence < before) found.add(row, true);
    }
  }
}

void RunSet::begin(Family& family, CheckpointWriter& checkpoint, int64_t horizon, int64_t retention_ms) {
  next_ = {next_id_, {}};
  for (const auto& run : runs_) {
    if (run->max_time > horizon) next_.runs.push_back(run);
  }
  const auto range = choose_merge(next_.runs, retention_ms);
  if (range.first == range.second) return;
  std::shared_ptr<Run> merged = merge(family, checkpoint, next_.runs, range, next_id(), horizon);
  const auto first = next_.runs.begin() + static_cast<ptrdiff_t>(range.first);
  next_.runs.erase(first, next_.runs.begin() + static_cast<ptrdiff_t>(range.second));
  next_.runs.insert(next_.runs.begin() + static_cast<ptrdiff_t>(range.first), std::move(merged));
}

// The newest neighbours of one tier, or of smaller ones between them, when there are enough; an empty range otherwise.
std::pair<size_t, size_t> RunSet::choose_merge(const std::vector<std::shared_ptr<Run>>& runs, int64_t retention_ms) {
  for (size_t end = runs.size(); end >= kRunsPerMerge; --end) {
    const int tier = run_tier(*runs[end - 1]);
    uint64_t bytes = 0;
    uint64_t widest = 0;
    int64_t min_time = INT64_MAX;
    int64_t max_time = INT64_MIN;
    size_t first = end;
    for (; first > 0; --first) {
      const Run& run = *runs[first - 1];
      if (run_tier(run) > tier || bytes + run.bytes > kLargestMerge) break;
      if (runs[end - 1]->end_sequence - run.first_sequence > UINT32_MAX) break;
      const uint64_t new_widest = std::max(widest, run_span(run.min_time, run.max_time));
      const uint64_t span = run_span(std::min(min_time, run.min_time), std::max(max_time, run.max_time));
      if (span > std::max(static_cast<uint64_t>(retention_ms) / 4, 2 * new_widest)) break;
      bytes += run.bytes;
      widest = new_widest;
      min_time = std::min(min_time, run.min_time);
      max_time = std::max(max_time, run.max_time);
    }
    if (end - first >= kRunsPerMerge) return {first, end};
  }
  return {0, 0};
}

std::unique_ptr<Run> RunSet::merge(Family& family, CheckpointWriter& checkpoint,
                                   const std::vector<std::shared_ptr<Run>>& runs, std::pair<size_t, size_t> range,
                                   uint64_t id, int64_t horizon) {
  std::vector<std::unique_ptr<RunCursor>> cursors;
  size_t rows = 0;
  for (size_t i = range.first; i < range.second; ++i) {
    cursors.push_back(std::make_unique<RunCursor>(family, *runs[i]));
    rows += runs[i]->rows;
  }
  const auto behind = [](const RunCursor* a, const RunCursor* b) {
    if (a->hash() != b->hash()) return a->hash() > b->hash();
    if (a->row().time != b->row().time) return a->row().time > b->row().time;
    return a->row().sequence > b->row().sequence;
  };
  std::priority_queue<RunCursor*, std::vector<RunCursor*>, decltype(behind)> heap(behind);
  for (const auto& cursor : cursors) {
    if (!cursor->done()) heap.push(cursor.get());
  }
  RunWriter writer(checkpoint, id, runs[range.first]->first_sequence, runs[range.second - 1]->end_sequence, rows);
  while (!heap.empty()) {
    RunCursor* cursor = heap.top();
    heap.pop();
    const RunRow& row = cursor->row();
    if (row.time > horizon) writer.add(cursor->hash(), row.sequence, row.time, row.key, row.value);
    cursor->advance();
    if (!cursor->done()) heap.push(cursor);
  }
  return writer.finish();
}

std::string RunSet::pending_descriptor() const {
  std::string out;
  append_fixed(out, next_.next_id);
  append_fixed(out, static_cast<uint32_t>(next_.runs.size()));
  for (const auto& run : next_.runs) {
    append_fixed(out, run->id);
    append_fixed(out, run->first_sequence);
    append_fixed(out, run->end_sequence);
    append_fixed(out, run->rows);
    append_fixed(out, run->bytes);
    append_fixed(out, run->min_time);
    append_fixed(out, run->max_time);
  }
  return out;
}

void RunSet::install(Pending pending) {
  runs_ = std::move(pending.runs);
  next_id_ = pending.next_id;
  memory_ = 0;
  for (const auto& run : runs_) memory_ += run->memory();
}

void RunSet::finish(Family& family) {
  std::vector<std::pair<std::string, std::string>> unused;
  for (const auto& run : runs_) {
    if (std::find(next_.runs.begin(), next_.runs.end(), run) == next_.runs.end()) {
      unused.emplace_back(Run::first_key(run->id), Run::first_key(run->id + 1));
    }
  }
  install(std::move(next_));
  next_ = {};
  family.drop_files(unused);
}

void RunSet::load(Family& family, std::string_view descriptor) {
  const auto damaged = [&] {
    family.database().check(rocksdb::Status::Corruption("the list of runs", family.store()), "be read");
  };
  Pending pending;
  uint32_t count = 0;
  if (!read_fixed(descriptor, pending.next_id) || !read_fixed(descriptor, count)) damaged();
  for (uint32_t i = 0; i < count; ++i) {
    auto run = std::make_shared<Run>();
    if (!read_fixed(descriptor, run->id) || !read_fixed(descriptor, run->first_sequence) ||
        !read_fixed(descriptor, run->end_sequence) || !read_fixed(descriptor, run->rows) ||
        !read_fixed(descriptor, run->bytes) || !read_fixed(descriptor, run->min_time) ||
        !read_fixed(descriptor, run->max_time)) {
      damaged();
    }
    run->load_index(family);
    pending.runs.push_back(std::move(run));
  }
  // What lies between the runs' ids was written or replaced by a checkpoint that didn't get to the end of its work.
  std::vector<uint64_t> ids;
  for (const auto& run : pending.runs) ids.push_back(run->id);
  std::sort(ids.begin(), ids.end());
  std::vector<std::pair<std::string, std::string>> unused;
  uint64_t next = 0;
  for (const uint64_t id : ids) {
    if (id > next) unused.emplace_back(Run::first_key(next), Run::first_key(id));
    next = id + 1;
  }
  unused.emplace_back(Run::first_key(next), Run::block_key(UINT64_MAX, UINT32_MAX));
  install(std::move(pending));
  family.drop_files(unused);
}

}  // namespace weir::state
