#include "storage/state/append_window_store.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <vector>

namespace weir::state {

AppendWindowStore::AppendWindowStore(std::string name, Budget& budget, int64_t retention_ms)
    : Store(std::move(name), budget), clock_(name_, retention_ms), committed_(arena_.end()), on_disk_(committed_) {}

AppendWindowStore::~AppendWindowStore() = default;

bool AppendWindowStore::put(std::string_view key, int64_t time, std::string_view value) {
  clock_.advance(time);
  if (clock_.expired(time)) return false;
  add(key, time, value);
  return true;
}

HashIndex::Slot* AppendWindowStore::find(std::string_view key, uint64_t hash) {
  return index_.find(hash, [&](RowRef ref) { return arena_.alive(ref) && arena_.row(ref).key() == key; });
}

void AppendWindowStore::add(std::string_view key, int64_t time, std::string_view value) {
  const uint64_t hash = hash_key(key);
  index_.prefetch(hash);
  const RowRef ref = arena_.append(key, time, value);
  if (HashIndex::Slot* slot = find(key, hash)) {
    const Row& head = arena_.row(slot->ref);
    Row& row = arena_.row(ref);
    row.older = slot->ref;
    row.older_max = std::max(head.time, head.older_max);
    slot->ref = ref;
  } else {
    index_.insert(hash, ref, [&](RowRef old) { return arena_.alive(old); });
  }
  const size_t bytes = Row::footprint(key.size(), value.size());
  budget_.dirty += bytes;
  accounted_dirty_ += bytes;
  account();
}

void AppendWindowStore::account() {
  const size_t now = arena_.memory() + index_.memory() + runs_.memory();
  budget_.used += now - accounted_;
  accounted_ = now;
}

void AppendWindowStore::recount_dirty() {
  on_disk_ = arena_.clamp(on_disk_);
  const size_t now = arena_.bytes_since(on_disk_);
  budget_.dirty += now - accounted_dirty_;
  accounted_dirty_ = now;
}

void AppendWindowStore::fetch(std::string_view key, int64_t from, int64_t to,
                              const std::function<bool(int64_t time, std::string_view value)>& visit) {
  from = std::max(from, clock_.first_live());
  if (from > to || clock_.expired(to)) return;
  ++probes_;
  const uint64_t hash = hash_key(key);
  const HashIndex::Slot* slot = find(key, hash);
  absl::InlinedVector<const Row*, 16> rows;  // newest put first
  bool in_order = true;
  for (RowRef ref = slot == nullptr ? 0 : slot->ref; arena_.alive(ref);) {
    const Row& row = arena_.row(ref);
    if (row.time >= from && row.time <= to) {
      in_order = in_order && (rows.empty() || row.time <= rows.back()->time);
      rows.push_back(&row);
    }
    if (row.older_max < from) break;
    ref = row.older;
  }
  std::reverse(rows.begin(), rows.end());
  if (!in_order) {
    std::stable_sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) { return a->time < b->time; });
  }
  FoundRows evicted;
  if (may_be_evicted(from)) {
    const int64_t until = std::min(to, arena_.gone_until());
    runs_.find(*family_, key, hash, from, until, arena_.first_sequence(), evicted);
  }
  // Equal times: what was evicted was put first.
  auto resident = rows.begin();
  for (const FoundRows::Place* place : evicted.by_time()) {
    for (; resident != rows.end() && (*resident)->time < place->time; ++resident) {
      if (!visit((*resident)->time, (*resident)->value())) return;
    }
    if (!visit(place->time, evicted.value(*place))) return;
  }
  for (; resident != rows.end(); ++resident) {
    if (!visit((*resident)->time, (*resident)->value())) return;
  }
}

uint64_t AppendWindowStore::prefetch_index(std::string_view key) const {
  const uint64_t hash = hash_key(key);
  index_.prefetch(hash);
  return hash;
}

void AppendWindowStore::prefetch_rows(uint64_t index) const {
  const RowRef ref = index_.first(index);
  if (ref == 0 || !arena_.alive(ref)) return;
  constexpr size_t kCacheLine = 64;
  const char* row = reinterpret_cast<const char*>(&arena_.row(ref));
  for (size_t line = 0; line < 3; ++line) __builtin_prefetch(row + line * kCacheLine);
}

void AppendWindowStore::fetch_all(
    int64_t from, int64_t to,
    const std::function<bool(std::string_view key, int64_t time, std::string_view value)>& visit) {
  from = std::max(from, clock_.first_live());
  if (from > to || clock_.expired(to)) return;
  struct Found {
    int64_t time;
    std::string_view key;
    std::string_view value;
  };
  std::vector<Found> rows;  // in the order of their sequences where time and key are equal
  FoundRows evicted;
  if (may_be_evicted(from)) {
    runs_.find_all(*family_, from, std::min(to, arena_.gone_until()), arena_.first_sequence(), evicted);
  }
  for (const FoundRows::Place& place : evicted.places()) {
    rows.push_back({place.time, evicted.key(place), evicted.value(place)});
  }
  arena_.for_each_between(from, to, [&](const Row& row) { rows.push_back({row.time, row.key(), row.value()}); });
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Found& a, const Found& b) { return a.time != b.time ? a.time < b.time : a.key < b.key; });
  for (const Found& row : rows) {
    if (!visit(row.key, row.time, row.value)) return;
  }
}

void AppendWindowStore::remove(std::string_view, int64_t) {
  throw StateError("Window store '" + name_ + "' keeps duplicates: its rows can't be removed one by one.");
}

std::optional<std::string_view> AppendWindowStore::get(std::string_view, int64_t) {
  throw StateError("Window store '" + name_ + "' keeps duplicates: use fetch, a key and a time may have many rows.");
}

void AppendWindowStore::take_changelog(BlockWriter& blocks, const BlockWriter::Emit& emit) {
  if (!has_uncommitted()) return;
  blocks.start(BlockKind::kAppend, clock_.observed(), emit);
  arena_.for_each(committed_, [&](RowRef, const Row& row) {
    if (!clock_.expired(row.time)) blocks.add({row.time, 0, row.key(), row.value()});
  });
  blocks.finish();
}

void AppendWindowStore::committed() {
  clock_.commit();
  arena_.drop_expired(clock_.horizon());
  committed_ = arena_.end();
  if (arena_.empty()) index_.clear();
  recount_dirty();
  account();
}

void AppendWindowStore::aborted() {
  std::vector<std::pair<RowRef, const Row*>> rows;
  arena_.for_each(committed_, [&](RowRef ref, const Row& row) { rows.emplace_back(ref, &row); });
  // Newest first, each is its key's head.
  for (auto it = rows.rbegin(); it != rows.rend(); ++it) {
    const auto& [ref, row] = *it;
    HashIndex::Slot* slot = index_.find(hash_key(row->key()), [&](RowRef found) { return found == ref; });
    if (arena_.alive(row->older)) {
      slot->ref = row->older;
    } else {
      index_.erase(slot);
    }
  }
  arena_.truncate(committed_);
  clock_.abort();
  recount_dirty();
  account();
}

void AppendWindowStore::restore(const ChangelogRecord& record) {
  BlockReader reader(name_, BlockKind::kAppend, record.value.value_or(std::string_view()));
  clock_.advance(reader.observed_time());
  BlockRow row;
  while (reader.next(row)) {
    if (!clock_.expired(row.time)) add(row.key, row.time, row.value.value_or(std::string_view()));
  }
  committed();
}

size_t AppendWindowStore::evict(size_t bytes) {
  if (family_ == nullptr) return 0;
  const size_t before = arena_.memory();
  while (before - arena_.memory() < bytes && arena_.drop_oldest(on_disk_)) {
  }
  on_disk_ = arena_.clamp(on_disk_);
  committed_ = arena_.clamp(committed_);
  if (arena_.empty()) index_.clear();
  account();
  return before - arena_.memory();
}

void AppendWindowStore::attach(Family& family, const std::string& descriptor) {
  std::string_view rest = descriptor;
  int64_t observed = 0;
  uint64_t sequence = 0;
  if (!read_fixed(rest, observed) || !read_fixed(rest, sequence)) {
    family.database().check(rocksdb::Status::Corruption("the descriptor of a store", name_), "be read");
  }
  family_ = &family;
  runs_.load(family, rest);
  clock_.restore(observed);
  arena_ = RowArena(sequence, runs_.latest());
  committed_ = on_disk_ = arena_.end();
  account();
}

void AppendWindowStore::write_checkpoint(CheckpointWriter& checkpoint) {
  pending_family_ = &checkpoint.start(kind(), name_);
  runs_.begin(*pending_family_, checkpoint, clock_.horizon(), clock_.retention_ms());
  write_new_rows(checkpoint);
  std::string descriptor;
  append_fixed(descriptor, clock_.observed());
  append_fixed(descriptor, arena_.next_sequence());
  checkpoint.set_descriptor(descriptor + runs_.pending_descriptor());
}

void AppendWindowStore::write_new_rows(CheckpointWriter& checkpoint) {
  struct NewRow {
    uint64_t hash;
    int64_t time;
    const Row* row;
    uint64_t sequence;
  };
  std::vector<NewRow> rows;
  rows.reserve(arena_.next_sequence() - on_disk_.sequence);
  uint64_t sequence = on_disk_.sequence;
  arena_.for_each(on_disk_, [&](RowRef, const Row& row) {
    if (!clock_.expired(row.time)) rows.push_back({hash_key(row.key()), row.time, &row, sequence});
    ++sequence;
  });
  if (rows.empty()) return;
  std::sort(rows.begin(), rows.end(), [](const NewRow& a, const NewRow& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    return a.time != b.time ? a.time < b.time : a.sequence < b.sequence;
  });
  RunWriter run(checkpoint, runs_.next_id(), on_disk_.sequence, arena_.next_sequence(), rows.size());
  constexpr size_t kAhead = 8;  // rows are read in an order that is random to the arena
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + kAhead < rows.size()) {
      const char* ahead = reinterpret_cast<const char*>(rows[i + kAhead].row);
      __builtin_prefetch(ahead);
      __builtin_prefetch(ahead + 64);
      __builtin_prefetch(ahead + 128);
    }
    run.add(rows[i].hash, rows[i].sequence, rows[i].time, rows[i].row->key(), rows[i].row->value());
  }
  runs_.add(run.finish());
}

void AppendWindowStore::checkpointed() {
  family_ = pending_family_;
  on_disk_ = arena_.end();
  runs_.finish(*family_);
  recount_dirty();
  account();
}

}  // namespace weir::state
