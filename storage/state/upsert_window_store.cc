#include "storage/state/upsert_window_store.h"

#include <algorithm>

namespace weir::state {

namespace {

constexpr size_t kUpsertTimeBytes = 8;

int64_t upsert_row_time(std::string_view row_key) { return load_time(row_key.data()); }

EntryTableOptions upsert_table_options(int64_t retention_ms) {
  EntryTableOptions options;
  options.segment_ms = std::max<int64_t>(1, retention_ms / 16);
  options.time_of = upsert_row_time;
  return options;
}

}  // namespace

UpsertWindowStore::UpsertWindowStore(std::string name, Budget& budget, int64_t retention_ms)
    : Store(std::move(name), budget), clock_(name_, retention_ms), table_(budget, upsert_table_options(retention_ms)) {}

std::string_view UpsertWindowStore::encode(std::string_view key, int64_t time) {
  scratch_.resize(kUpsertTimeBytes);
  store_time(scratch_.data(), time);
  scratch_.append(key);
  return scratch_;
}

bool UpsertWindowStore::put(std::string_view key, int64_t time, std::string_view value) {
  clock_.advance(time);
  if (clock_.expired(time)) return false;
  const std::string_view row_key = encode(key, time);
  table_.write(row_key, hash_key(row_key), value);
  return true;
}

void UpsertWindowStore::remove(std::string_view key, int64_t time) {
  if (clock_.expired(time)) return;
  const std::string_view row_key = encode(key, time);
  table_.write(row_key, hash_key(row_key), std::nullopt);
}

std::optional<std::string_view> UpsertWindowStore::get(std::string_view key, int64_t time) {
  if (clock_.expired(time)) return std::nullopt;
  const std::string_view row_key = encode(key, time);
  const Entry* entry = table_.find(row_key, hash_key(row_key));
  return entry == nullptr ? std::nullopt : entry->optional_value();
}

void UpsertWindowStore::fetch(std::string_view key, int64_t from, int64_t to,
                              const std::function<bool(int64_t time, std::string_view value)>& visit) {
  from = std::max(from, clock_.first_live());
  if (from > to || clock_.expired(to)) return;
  // Windows start at few distinct times: go from one of them to the next and look for the key there.
  const EntryTable::Ordered& entries = table_.ordered();
  auto it = entries.lower_bound(encode(key, from));
  while (it != entries.end()) {
    const std::string_view row_key = (*it)->key();
    const int64_t time = upsert_row_time(row_key);
    if (time > to) return;
    const int order = row_key.substr(kUpsertTimeBytes).compare(key);
    if (order == 0 && (*it)->has(Entry::kPresent) && !visit(time, (*it)->value())) return;
    if (order < 0) {
      it = entries.lower_bound(encode(key, time));
    } else if (time == INT64_MAX) {
      return;
    } else {
      it = entries.lower_bound(encode(key, time + 1));
    }
  }
}

void UpsertWindowStore::fetch_all(
    int64_t from, int64_t to,
    const std::function<bool(std::string_view key, int64_t time, std::string_view value)>& visit) {
  from = std::max(from, clock_.first_live());
  if (from > to || clock_.expired(to)) return;
  const EntryTable::Ordered& entries = table_.ordered();
  for (auto it = entries.lower_bound(encode({}, from)); it != entries.end(); ++it) {
    const std::string_view row_key = (*it)->key();
    const int64_t time = upsert_row_time(row_key);
    if (time > to) return;
    if ((*it)->has(Entry::kPresent) && !visit(row_key.substr(kUpsertTimeBytes), time, (*it)->value())) return;
  }
}

void UpsertWindowStore::take_changelog(BlockWriter& blocks, const BlockWriter::Emit& emit) {
  if (!has_uncommitted()) return;
  blocks.start(BlockKind::kUpsert, clock_.observed(), emit);
  table_.for_each_uncommitted([&](const Entry& entry) {
    const int64_t time = upsert_row_time(entry.key());
    if (!clock_.expired(time)) blocks.add({time, 0, entry.key().substr(kUpsertTimeBytes), entry.optional_value()});
  });
  blocks.finish();
}

void UpsertWindowStore::committed() {
  clock_.commit();
  table_.committed();
  table_.drop_expired(clock_.horizon());
}

void UpsertWindowStore::aborted() {
  table_.aborted();
  clock_.abort();
}

void UpsertWindowStore::restore(const ChangelogRecord& record) {
  BlockReader reader(name_, BlockKind::kUpsert, record.value.value_or(std::string_view()));
  clock_.advance(reader.observed_time());
  BlockRow row;
  while (reader.next(row)) {
    if (clock_.expired(row.time)) continue;
    const std::string_view row_key = encode(row.key, row.time);
    table_.write(row_key, hash_key(row_key), row.value);
  }
  committed();
}

}  // namespace weir::state
