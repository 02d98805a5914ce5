#include "storage/state/upsert_window_store.h"

#include <algorithm>

#include "storage/state/merged_scan.h"

namespace weir::state {

namespace {

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
  encode_upsert_row(scratch_, key, time);
  return scratch_;
}

void UpsertWindowStore::write(std::string_view key, int64_t time, std::optional<std::string_view> value) {
  const std::string_view row_key = encode(key, time);
  table_.write(row_key, hash_key(row_key), value, !may_be_on_disk(time));
}

bool UpsertWindowStore::put(std::string_view key, int64_t time, std::string_view value) {
  clock_.advance(time);
  if (clock_.expired(time)) return false;
  write(key, time, value);
  return true;
}

void UpsertWindowStore::remove(std::string_view key, int64_t time) {
  if (!clock_.expired(time)) write(key, time, std::nullopt);
}

std::optional<std::string_view> UpsertWindowStore::get(std::string_view key, int64_t time) {
  if (clock_.expired(time)) return std::nullopt;
  ++probes_;
  const std::string_view row_key = encode(key, time);
  const uint64_t hash = hash_key(row_key);
  if (const Entry* entry = table_.find(row_key, hash)) return entry->optional_value();
  if (!may_be_on_disk(time)) return std::nullopt;
  rocksdb::PinnableSlice value;
  const bool found = family_->get(row_key, value);
  make_room();
  return table_.add_loaded(row_key, hash, found ? std::optional(value.ToStringView()) : std::nullopt).optional_value();
}

void UpsertWindowStore::fetch(std::string_view key, int64_t from, int64_t to,
                              const std::function<bool(int64_t time, std::string_view value)>& visit) {
  from = std::max(from, clock_.first_live());
  if (from > to || clock_.expired(to)) return;
  ++probes_;
  std::vector<Fetched> rows;
  fetch_changed(key, from, to, rows);
  if (may_be_on_disk(from)) {
    fetch_disk(key, from, std::min(to, latest_on_disk_), rows);
    // What has changed comes before the disk's version of it.
    std::stable_sort(rows.begin(), rows.end(), [](const Fetched& a, const Fetched& b) { return a.time < b.time; });
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    const Fetched& row = rows[i];
    if (i > 0 && rows[i - 1].time == row.time) continue;
    if (row.entry == nullptr ? !visit(row.time, row.value)
                             : row.entry->has(Entry::kPresent) && !visit(row.time, row.entry->value())) {
      return;
    }
  }
}

// Windows start at few distinct times: both ways of fetching go from one of them to the next and look for the key
// there.
void UpsertWindowStore::fetch_changed(std::string_view key, int64_t from, int64_t to, std::vector<Fetched>& rows) {
  const EntryTable::Ordered& entries = table_.ordered();
  auto it = entries.lower_bound(encode(key, from));
  while (it != entries.end()) {
    const int64_t time = upsert_row_time((*it)->key());
    if (time > to) return;
    const int order = upsert_row_key((*it)->key()).compare(key);
    if (order == 0) rows.push_back({time, *it, {}});
    if (order >= 0 && time == INT64_MAX) return;
    it = entries.lower_bound(encode(key, order < 0 ? time : time + 1));
  }
}

void UpsertWindowStore::fetch_disk(std::string_view key, int64_t from, int64_t to, std::vector<Fetched>& rows) {
  Family::Cursor cursor = family_->cursor();
  cursor.seek(encode(key, from));
  while (cursor.valid()) {
    const int64_t time = upsert_row_time(cursor.key());
    if (time > to) return;
    const int order = upsert_row_key(cursor.key()).compare(key);
    if (order == 0) rows.push_back({time, nullptr, std::string(cursor.value())});
    if (order >= 0 && time == INT64_MAX) return;
    cursor.seek(encode(key, order < 0 ? time : time + 1));
  }
}

void UpsertWindowStore::fetch_all(
    int64_t from, int64_t to,
    const std::function<bool(std::string_view key, int64_t time, std::string_view value)>& visit) {
  from = std::max(from, clock_.first_live());
  if (from > to || clock_.expired(to)) return;
  Family* disk = may_be_on_disk(from) ? family_ : nullptr;
  merged_scan(table_.ordered(), disk, {}, encode({}, from),
              [&](std::string_view row_key, std::string_view value, bool) {
                const int64_t time = upsert_row_time(row_key);
                return time <= to && visit(upsert_row_key(row_key), time, value);
              });
}

void UpsertWindowStore::take_changelog(BlockWriter& blocks, const BlockWriter::Emit& emit) {
  if (!has_uncommitted()) return;
  blocks.start(BlockKind::kUpsert, clock_.observed(), emit);
  table_.for_each_uncommitted([&](const Entry& entry) {
    const int64_t time = upsert_row_time(entry.key());
    if (!clock_.expired(time)) blocks.add({time, 0, upsert_row_key(entry.key()), entry.optional_value()});
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
    if (!clock_.expired(row.time)) write(row.key, row.time, row.value);
  }
  committed();
}

void UpsertWindowStore::attach(Family& family, const std::string& descriptor) {
  std::string_view rest = descriptor;
  int64_t observed = 0;
  if (!read_fixed(rest, observed) || !read_fixed(rest, latest_on_disk_)) {
    family.database().check(rocksdb::Status::Corruption("the descriptor of a store", name_), "be read");
  }
  family_ = &family;
  table_.attach_disk();
  clock_.restore(observed);
  family.set_horizon(clock_.horizon());
}

void UpsertWindowStore::write_checkpoint(CheckpointWriter& checkpoint) {
  pending_family_ = &checkpoint.start(kind(), name_);
  pending_latest_ = latest_on_disk_;
  for (const Entry* entry : table_.sorted_dirty()) {
    if (clock_.expired(upsert_row_time(entry->key()))) continue;
    if (entry->has(Entry::kPresent)) {
      checkpoint.put(entry->key(), entry->value());
      pending_latest_ = std::max(pending_latest_, upsert_row_time(entry->key()));
    } else {
      checkpoint.remove(entry->key());
    }
  }
  std::string descriptor;
  append_fixed(descriptor, clock_.observed());
  append_fixed(descriptor, pending_latest_);
  checkpoint.set_descriptor(std::move(descriptor));
}

void UpsertWindowStore::checkpointed() {
  family_ = pending_family_;
  latest_on_disk_ = pending_latest_;
  table_.attach_disk();
  table_.checkpointed();
  family_->set_horizon(clock_.horizon());
  family_->drop_files({{std::string(), std::string(encode({}, clock_.first_live()))}});
}

}  // namespace weir::state
