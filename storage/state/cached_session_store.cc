#include "storage/state/cached_session_store.h"

#include <algorithm>

#include "storage/state/merged_scan.h"
#include "storage/state/session_codec.h"

namespace weir::state {

namespace {

size_t session_group_bytes(std::string_view key) { return 96 + key.size(); }

EntryTableOptions session_table_options(int64_t retention_ms, EntryListener* listener) {
  EntryTableOptions options;
  options.segment_ms = std::max<int64_t>(1, retention_ms / 16);
  options.time_of = session_end;
  options.listener = listener;
  options.remember_absent = false;
  return options;
}

}  // namespace

CachedSessionStore::CachedSessionStore(std::string name, Budget& budget, int64_t retention_ms)
    : Store(std::move(name), budget),
      clock_(name_, retention_ms),
      table_(budget, session_table_options(retention_ms, this)) {}

CachedSessionStore::Group& CachedSessionStore::group_of(std::string_view escaped_key) {
  auto [group, added] = groups_.try_emplace(escaped_key);
  if (added) {
    budget_.used += session_group_bytes(escaped_key);
    ++empty_groups_;
  }
  return group->second;
}

void CachedSessionStore::entry_present(Entry& entry) {
  const Member member{session_end(entry.key()), session_start(entry.key()), &entry};
  lowest_end_ = std::min(lowest_end_, member.end);
  Group& group = group_of(session_escaped_key(entry.key()));
  if (group.members.empty()) --empty_groups_;
  group.members.insert(std::lower_bound(group.members.begin(), group.members.end(), member), member);
}

void CachedSessionStore::entry_absent(Entry& entry) {
  const Member member{session_end(entry.key()), session_start(entry.key()), &entry};
  // A group that is left empty stays until the commit: the next session of its key is likely to come at once.
  Group& group = groups_.find(session_escaped_key(entry.key()))->second;
  group.members.erase(std::lower_bound(group.members.begin(), group.members.end(), member));
  if (group.members.empty()) ++empty_groups_;
}

void CachedSessionStore::entry_forgotten(Entry& entry) {
  const auto group = groups_.find(session_escaped_key(entry.key()));
  if (group != groups_.end()) group->second.complete = false;
}

void CachedSessionStore::forget_empty_groups() {
  if (empty_groups_ == 0) return;
  // Without a disk an empty group says nothing; with one it spares a look, while it is cheap to keep.
  if (family_ != nullptr && empty_groups_ * 4 < groups_.size() + 4096) return;
  for (auto it = groups_.begin(); it != groups_.end();) {
    const auto current = it++;
    if (!current->second.members.empty()) continue;
    budget_.used -= session_group_bytes(current->first);
    groups_.erase(current);
  }
  empty_groups_ = 0;
}

// The key's sessions, all of them; nullptr when there are none.
CachedSessionStore::Group* CachedSessionStore::loaded_group(std::string_view escaped_key) {
  const auto found = groups_.find(escaped_key);
  if (family_ == nullptr) return found == groups_.end() ? nullptr : &found->second;
  if (found != groups_.end() && found->second.complete) return &found->second;
  if (visiting_ == 0) make_room();  // a visitor may hold what would be evicted
  // From what is not expired for sure: an abort may set the time back to the last commit's.
  const int64_t horizon = clock_.committed_horizon();
  std::string from;
  encode_session_key_row(from, escaped_key, INT64_MIN, horizon == INT64_MAX ? horizon : horizon + 1);
  const std::string_view prefix = session_key_row_prefix(from);
  Family::Cursor cursor = family_->prefix_cursor();
  for (cursor.seek(from); cursor.valid() && cursor.key().starts_with(prefix); cursor.next()) {
    const char* times = cursor.key().data() + prefix.size();
    encode_session_row(row_key_, escaped_key, load_time(times + kSessionTimeBytes), load_time(times));
    const uint64_t hash = hash_key(row_key_);
    if (table_.find(row_key_, hash) == nullptr) table_.add_loaded(row_key_, hash, cursor.value());
  }
  Group& group = group_of(escaped_key);
  group.complete = true;
  return &group;
}

void CachedSessionStore::write(std::string_view key, int64_t start, int64_t end,
                               std::optional<std::string_view> value) {
  if (clock_.expired(end)) return;
  escaped_.clear();
  append_escaped(escaped_, key);
  bool known_new = true;
  if (family_ != nullptr) {
    const auto group = groups_.find(escaped_);
    known_new = group != groups_.end() && group->second.complete;
  }
  encode_session_row(row_key_, escaped_, start, end);
  table_.write(row_key_, hash_key(row_key_), value, known_new);
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
  ++probes_;
  escaped_.clear();
  append_escaped(escaped_, key);
  const Group* group = loaded_group(escaped_);
  if (group == nullptr) return;
  absl::InlinedVector<Member, 4> found;
  for (auto it =
           std::lower_bound(group->members.begin(), group->members.end(), Member{earliest_end, INT64_MIN, nullptr});
       it != group->members.end(); ++it) {
    if (it->start <= latest_start) found.push_back(*it);
  }
  std::sort(found.begin(), found.end(),
            [](const Member& a, const Member& b) { return a.start != b.start ? a.start < b.start : a.end < b.end; });
  ++visiting_;
  for (const Member& member : found) {
    if (!visit(member.start, member.end, member.entry->value())) break;
  }
  --visiting_;
}

void CachedSessionStore::find_ended(
    int64_t before,
    const std::function<bool(std::string_view key, int64_t start, int64_t end, std::string_view value)>& visit) {
  if (lowest_end_ >= before) return;  // most calls: nothing has ended since the last one
  std::string from;
  append_time(from, std::max(clock_.first_live(), lowest_end_));
  std::string key;
  int64_t lowest = INT64_MAX;
  merged_scan(table_.ordered(), family_, std::string_view(&kSessionByTime, 1), from,
              [&](std::string_view row_key, std::string_view value, bool from_disk) {
                const int64_t end = session_end(row_key);
                lowest = std::min(lowest, end);
                if (end >= before) return false;
                std::string_view escaped = session_escaped_key(row_key);
                read_escaped(escaped, key);
                const auto visit_value = [&](std::string_view found) {
                  return visit(key, session_start(row_key), end, found);
                };
                return from_disk ? visit_disk_row(row_key, visit_value) : visit_value(value);
              });
  lowest_end_ = lowest;
}

// Rows by time have no values of their own.
bool CachedSessionStore::visit_disk_row(std::string_view row_key,
                                        const std::function<bool(std::string_view value)>& visit) {
  if (const Entry* entry = table_.find(row_key, hash_key(row_key))) return visit(entry->value());
  std::string by_key;
  encode_session_key_row(by_key, session_escaped_key(row_key), session_start(row_key), session_end(row_key));
  rocksdb::PinnableSlice value;
  if (!family_->get(by_key, value)) {
    family_->database().check(rocksdb::Status::Corruption("a session's row", name_), "be read");
  }
  return visit(value.ToStringView());
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
  forget_empty_groups();
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

void CachedSessionStore::attach(Family& family, const std::string& descriptor) {
  std::string_view rest = descriptor;
  int64_t observed = 0;
  if (!read_fixed(rest, observed)) {
    family.database().check(rocksdb::Status::Corruption("the descriptor of a store", name_), "be read");
  }
  family_ = &family;
  table_.attach_disk();
  clock_.restore(observed);
  lowest_end_ = INT64_MIN;
  family.set_horizon(clock_.horizon());
}

void CachedSessionStore::write_checkpoint(CheckpointWriter& checkpoint) {
  pending_family_ = &checkpoint.start(kind(), name_);
  std::vector<Entry*> entries = table_.sorted_dirty();
  std::erase_if(entries, [&](const Entry* entry) { return clock_.expired(session_end(entry->key())); });
  std::vector<std::pair<std::string, const Entry*>> by_key;
  by_key.reserve(entries.size());
  for (const Entry* entry : entries) {
    by_key.emplace_back(std::string(), entry);
    encode_session_key_row(by_key.back().first, session_escaped_key(entry->key()), session_start(entry->key()),
                           session_end(entry->key()));
  }
  std::sort(by_key.begin(), by_key.end());
  for (const auto& [row_key, entry] : by_key) {
    if (entry->has(Entry::kPresent)) {
      checkpoint.put(row_key, entry->value());
    } else {
      checkpoint.remove(row_key);
    }
  }
  std::string row_key(1, kSessionByTime);
  for (const Entry* entry : entries) {
    row_key.resize(1);
    row_key.append(entry->key());
    if (entry->has(Entry::kPresent)) {
      checkpoint.put(row_key, {});
    } else {
      checkpoint.remove(row_key);
    }
  }
  std::string descriptor;
  append_fixed(descriptor, clock_.observed());
  checkpoint.set_descriptor(std::move(descriptor));
}

void CachedSessionStore::checkpointed() {
  if (family_ == nullptr) {  // until now there was no disk: all there is is cached
    for (auto& [key, group] : groups_) group.complete = true;
  }
  family_ = pending_family_;
  table_.attach_disk();
  table_.checkpointed();
  family_->set_horizon(clock_.horizon());
  std::string expired(1, kSessionByTime);
  append_time(expired, clock_.first_live());
  family_->drop_files({{std::string(1, kSessionByTime), expired}});
}

}  // namespace weir::state
