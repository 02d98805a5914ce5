#include "storage/state/cached_session_store.h"

#include <algorithm>

namespace weir::state {

namespace {

// A row's key is its end, the escaped key and its start.
constexpr size_t kSessionTimeBytes = 8;

int64_t session_end(std::string_view row_key) { return load_time(row_key.data()); }
int64_t session_start(std::string_view row_key) {
  return load_time(row_key.data() + row_key.size() - kSessionTimeBytes);
}
std::string_view session_escaped_key(std::string_view row_key) {
  return row_key.substr(kSessionTimeBytes, row_key.size() - 2 * kSessionTimeBytes);
}

size_t session_group_bytes(std::string_view key) { return 96 + key.size(); }

EntryTableOptions session_table_options(int64_t retention_ms, EntryListener* listener) {
  EntryTableOptions options;
  options.segment_ms = std::max<int64_t>(1, retention_ms / 16);
  options.time_of = session_end;
  options.listener = listener;
  return options;
}

}  // namespace

CachedSessionStore::CachedSessionStore(std::string name, Budget& budget, int64_t retention_ms)
    : Store(std::move(name), budget),
      clock_(name_, retention_ms),
      table_(budget, session_table_options(retention_ms, this)) {}

void CachedSessionStore::entry_present(Entry& entry) {
  const std::string_view key = session_escaped_key(entry.key());
  const Member member{session_end(entry.key()), session_start(entry.key()), &entry};
  lowest_end_ = std::min(lowest_end_, member.end);
  auto [group, added] = groups_.try_emplace(key);
  if (added) budget_.used += session_group_bytes(key);
  Group& members = group->second;
  members.insert(std::lower_bound(members.begin(), members.end(), member), member);
}

void CachedSessionStore::entry_absent(Entry& entry) {
  const std::string_view key = session_escaped_key(entry.key());
  const Member member{session_end(entry.key()), session_start(entry.key()), &entry};
  const auto group = groups_.find(key);
  Group& members = group->second;
  members.erase(std::lower_bound(members.begin(), members.end(), member));
  if (!members.empty()) return;
  groups_.erase(group);
  budget_.used -= session_group_bytes(key);
}

std::string_view CachedSessionStore::encode(std::string_view key, int64_t start, int64_t end) {
  scratch_.resize(kSessionTimeBytes);
  store_time(scratch_.data(), end);
  append_escaped(scratch_, key);
  append_time(scratch_, start);
  return scratch_;
}

void CachedSessionStore::write(std::string_view key, int64_t start, int64_t end,
                               std::optional<std::string_view> value) {
  if (clock_.expired(end)) return;
  const std::string_view row_key = encode(key, start, end);
  table_.write(row_key, hash_key(row_key), value);
}

void CachedSessionStore::put(std::string_view key, int64_t start, int64_t end, std::string_view value) {
  write(key, start, end, value);
}

void CachedSessionStore::remove(std::string_view key, int64_t start, int64_t end) {
  write(key, start, end, std::nullopt);
}

void CachedSessionStore::find(std::string_view key, int64_t earliest_end, int64_t latest_start,
                              const std::function<bool(int64_t start, int64_t end, std::string_view value)>& visit) {
  earliest_end = std::max(earliest_end, clock_.first_live());
  if (clock_.expired(earliest_end)) return;
  scratch_.clear();
  append_escaped(scratch_, key);
  const auto group = groups_.find(scratch_);
  if (group == groups_.end()) return;
  absl::InlinedVector<Member, 4> found;
  const Group& members = group->second;
  for (auto it = std::lower_bound(members.begin(), members.end(), Member{earliest_end, INT64_MIN, nullptr});
       it != members.end(); ++it) {
    if (it->start <= latest_start) found.push_back(*it);
  }
  std::sort(found.begin(), found.end(),
            [](const Member& a, const Member& b) { return a.start != b.start ? a.start < b.start : a.end < b.end; });
  for (const Member& member : found) {
    if (!visit(member.start, member.end, member.entry->value())) return;
  }
}

void CachedSessionStore::find_ended(
    int64_t before,
    const std::function<bool(std::string_view key, int64_t start, int64_t end, std::string_view value)>& visit) {
  if (lowest_end_ >= before) return;  // most calls: nothing has ended since the last one
  const EntryTable::Ordered& entries = table_.ordered();
  std::string from;
  append_time(from, std::max(clock_.first_live(), lowest_end_));
  std::string key;
  int64_t lowest = INT64_MAX;
  for (auto it = entries.lower_bound(std::string_view(from)); it != entries.end(); ++it) {
    const std::string_view row_key = (*it)->key();
    const int64_t end = session_end(row_key);
    if (end >= before) {
      lowest = std::min(lowest, end);
      break;
    }
    if (!(*it)->has(Entry::kPresent)) continue;
    lowest = std::min(lowest, end);
    std::string_view escaped = session_escaped_key(row_key);
    read_escaped(escaped, key);
    if (!visit(key, session_start(row_key), end, (*it)->value())) break;
  }
  lowest_end_ = lowest;
}

void CachedSessionStore::take_changelog(BlockWriter& blocks, const BlockWriter::Emit& emit) {
  if (!has_uncommitted()) return;
  blocks.start(BlockKind::kSession, clock_.observed(), emit);
  std::string key;
  table_.for_each_uncommitted([&](const Entry& entry) {
    const int64_t end = session_end(entry.key());
    if (clock_.expired(end)) return;
    std::string_view escaped = session_escaped_key(entry.key());
    read_escaped(escaped, key);
    blocks.add({end, session_start(entry.key()), key, entry.optional_value()});
  });
  blocks.finish();
}

void CachedSessionStore::committed() {
  clock_.commit();
  table_.committed();
  table_.drop_expired(clock_.horizon());
}

void CachedSessionStore::aborted() {
  table_.aborted();
  clock_.abort();
  lowest_end_ = INT64_MIN;  // what had expired may be back
}

void CachedSessionStore::restore(const ChangelogRecord& record) {
  BlockReader reader(name_, BlockKind::kSession, record.value.value_or(std::string_view()));
  clock_.advance(reader.observed_time());
  BlockRow row;
  while (reader.next(row)) write(row.key, row.start, row.time, row.value);
  committed();
}

}  // namespace weir::state
