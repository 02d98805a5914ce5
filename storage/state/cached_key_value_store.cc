#include "storage/state/cached_key_value_store.h"

#include "storage/state/codec.h"

namespace weir::state {

CachedKeyValueStore::CachedKeyValueStore(std::string name, Budget& budget)
    : Store(std::move(name), budget), table_(budget, {}) {}

std::optional<std::string_view> CachedKeyValueStore::get(std::string_view key) {
  const Entry* entry = table_.find(key, hash_key(key));
  return entry == nullptr ? std::nullopt : entry->optional_value();
}

void CachedKeyValueStore::multi_get(const std::vector<std::string_view>& keys, std::string& arena_out,
                                    std::vector<std::optional<std::string_view>>& values) {
  std::vector<uint64_t> hashes(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    hashes[i] = hash_key(keys[i]);
    table_.prefetch(hashes[i]);
  }
  // Offsets first: the arena moves while it grows.
  values.assign(keys.size(), std::nullopt);
  std::vector<std::pair<size_t, size_t>> places(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const Entry* entry = table_.find(keys[i], hashes[i]);
    if (entry == nullptr || !entry->has(Entry::kPresent)) continue;
    places[i] = {arena_out.size(), entry->size};
    arena_out.append(entry->value());
    values[i].emplace();
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    if (values[i]) values[i] = std::string_view(arena_out).substr(places[i].first, places[i].second);
  }
}

void CachedKeyValueStore::put(std::string_view key, std::string_view value) { table_.write(key, hash_key(key), value); }

void CachedKeyValueStore::remove(std::string_view key) { table_.write(key, hash_key(key), std::nullopt); }

void CachedKeyValueStore::scan(std::string_view from, std::string_view to,
                               const std::function<bool(std::string_view key, std::string_view value)>& visit) {
  const EntryTable::Ordered& entries = table_.ordered();
  for (auto it = entries.lower_bound(from); it != entries.end(); ++it) {
    if (!to.empty() && (*it)->key() >= to) return;
    if ((*it)->has(Entry::kPresent) && !visit((*it)->key(), (*it)->value())) return;
  }
}

void CachedKeyValueStore::take_changelog(BlockWriter&, const BlockWriter::Emit& emit) {
  table_.for_each_uncommitted([&](const Entry& entry) { emit({entry.key(), entry.optional_value(), 0}); });
}

void CachedKeyValueStore::restore(const ChangelogRecord& record) {
  table_.write(record.key, hash_key(record.key), record.value);
  table_.committed();
}

}  // namespace weir::state
