#include "storage/state/append_window_store.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <vector>

namespace weir::state {

AppendWindowStore::AppendWindowStore(std::string name, Budget& budget, int64_t retention_ms)
    : Store(std::move(name), budget), clock_(name_, retention_ms), committed_(arena_.end()) {}

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
  account();
}

void AppendWindowStore::account() {
  const size_t now = arena_.memory() + index_.memory();
  budget_.used += now - accounted_;
  accounted_ = now;
}

void AppendWindowStore::fetch(std::string_view key, int64_t from, int64_t to,
                              const std::function<bool(int64_t time, std::string_view value)>& visit) {
  from = std::max(from, clock_.first_live());
  if (from > to) return;
  const HashIndex::Slot* slot = find(key, hash_key(key));
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
  for (const Row* row : rows) {
    if (!visit(row->time, row->value())) return;
  }
}

void AppendWindowStore::fetch_all(
    int64_t from, int64_t to,
    const std::function<bool(std::string_view key, int64_t time, std::string_view value)>& visit) {
  from = std::max(from, clock_.first_live());
  if (from > to) return;
  std::vector<const Row*> rows;
  arena_.for_each_between(from, to, [&](const Row& row) { rows.push_back(&row); });
  std::stable_sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) {
    return a->time != b->time ? a->time < b->time : a->key() < b->key();
  });
  for (const Row* row : rows) {
    if (!visit(row->key(), row->time, row->value())) return;
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
  committed_ = arena_.end();
  arena_.drop_expired(clock_.horizon());
  committed_ = arena_.end();
  if (arena_.empty()) index_.clear();
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

size_t AppendWindowStore::evict(size_t) { return 0; }

}  // namespace weir::state
