#include "storage/state/cached_key_value_store.h"

#include "storage/state/codec.h"
#include "storage/state/merged_scan.h"

namespace weir::state {

CachedKeyValueStore::CachedKeyValueStore(std::string name, Budget& budget)
    : Store(std::move(name), budget), table_(budget, {}) {}

std::optional<std::string_view> CachedKeyValueStore::get(std::string_view key) {
  ++probes_;
  const uint64_t hash = hash_key(key);
  if (const Entry* entry = table_.find(key, hash)) return entry->optional_value();
  if (family_ == nullptr) return std::nullopt;
  rocksdb::PinnableSlice value;
  const bool found = family_->get(key, value);
  make_room();
  return table_.add_loaded(key, hash, found ? std::optional(value.ToStringView()) : std::nullopt).optional_value();
}

void CachedKeyValueStore::multi_get(const std::vector<std::string_view>& keys, std::string& arena_out,
                                    std::vector<std::optional<std::string_view>>& values) {
  probes_ += keys.size();
  std::vector<uint64_t> hashes(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    hashes[i] = hash_key(keys[i]);
    table_.prefetch(hashes[i]);
  }
  // Offsets first: the arena moves while it grows.
  std::vector<std::optional<std::pair<size_t, size_t>>> places(keys.size());
  std::vector<size_t> missing;
  for (size_t i = 0; i < keys.size(); ++i) {
    const Entry* entry = table_.find(keys[i], hashes[i]);
    if (entry == nullptr) {
      if (family_ != nullptr) missing.push_back(i);
    } else if (entry->has(Entry::kPresent)) {
      places[i].emplace(arena_out.size(), entry->size);
      arena_out.append(entry->value());
    }
  }
  if (!missing.empty()) get_missing(keys, hashes, missing, arena_out, places);
  values.assign(keys.size(), std::nullopt);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (places[i]) values[i] = std::string_view(arena_out).substr(places[i]->first, places[i]->second);
  }
}

void CachedKeyValueStore::get_missing(const std::vector<std::string_view>& keys, const std::vector<uint64_t>& hashes,
                                      const std::vector<size_t>& missing, std::string& arena,
                                      std::vector<std::optional<std::pair<size_t, size_t>>>& places) {
  std::vector<rocksdb::Slice> wanted;
  wanted.reserve(missing.size());
  for (const size_t i : missing) wanted.emplace_back(keys[i]);
  std::vector<rocksdb::PinnableSlice> values(missing.size());
  std::vector<rocksdb::Status> statuses(missing.size());
  family_->multi_get(missing.size(), wanted.data(), values.data(), statuses.data());
  make_room();
  for (size_t n = 0; n < missing.size(); ++n) {
    const size_t i = missing[n];
    std::optional<std::string_view> value;
    if (statuses[n].ok()) {
      value = values[n].ToStringView();
      places[i].emplace(arena.size(), value->size());
      arena.append(*value);
    }
    if (table_.find(keys[i], hashes[i]) == nullptr) table_.add_loaded(keys[i], hashes[i], value);
  }
}

void CachedKeyValueStore::put(std::string_view key, std::string_view value) { table_.write(key, hash_key(key), value); }

void CachedKeyValueStore::remove(std::string_view key) { table_.write(key, hash_key(key), std::nullopt); }

void CachedKeyValueStore::scan(std::string_view from, std::string_view to,
                               const std::function<bool(std::string_view key, std::string_view value)>& visit) {
  merged_scan(table_.ordered(), family_, {}, from, [&](std::string_view key, std::string_view value, bool) {
    return (to.empty() || key < to) && visit(key, value);
  });
}

void CachedKeyValueStore::take_changelog(BlockWriter&, const BlockWriter::Emit& emit) {
  table_.for_each_uncommitted([&](const Entry& entry) { emit({entry.key(), entry.optional_value(), 0}); });
}

void CachedKeyValueStore::restore(const ChangelogRecord& record) {
  table_.write(record.key, hash_key(record.key), record.value);
  table_.committed();
}

void CachedKeyValueStore::attach(Family& family, const std::string&) {
  family_ = &family;
  table_.attach_disk();
  disk_rows_ = family.estimated_rows();
}

void CachedKeyValueStore::write_checkpoint(CheckpointWriter& checkpoint) {
  pending_family_ = &checkpoint.start(kind(), name_);
  for (const Entry* entry : table_.sorted_dirty()) {
    if (entry->has(Entry::kPresent)) {
      checkpoint.put(entry->key(), entry->value());
    } else {
      checkpoint.remove(entry->key());
    }
  }
  checkpoint.set_descriptor({});
}

void CachedKeyValueStore::checkpointed() {
  table_.checkpointed();
  attach(*pending_family_, {});
}

}  // namespace weir::state
